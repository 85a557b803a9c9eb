package org.surehop.adapter.setup;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/// What was uploaded, as files: `surehop.yaml` by itself, or a ZIP archive that holds it and the
/// files that it names. Names and sizes are bounded before anything is unpacked further, and
/// nothing is written anywhere: whatever an archive says of links, owners or modes has no effect.
record Offer(SortedMap<String, byte[]> files) {
    static final String CONFIGURATION = "surehop.yaml";

    /// Of the upload itself.
    static final int MOST_OCTETS = 1 << 20;

    private static final int MOST_UNPACKED = 2 << 20;
    private static final int MOST_FILES = 64;
    private static final String PART = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";
    private static final String NAME = PART + "(/" + PART + "){0,2}";

    /// Why an upload is not taken, in a sentence for whoever sent it.
    static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1L;

        Unreadable(String sentence) {
            super(sentence);
        }
    }

    static Offer of(byte[] upload) throws Unreadable {
        if (upload.length > MOST_OCTETS) {
            throw new Unreadable("more than " + MOST_OCTETS + " octets");
        }
        var archive = upload.length > 3 && upload[0] == 'P' && upload[1] == 'K';
        var files = archive ? unpacked(upload) : single(upload);
        if (!files.containsKey(CONFIGURATION)) {
            throw new Unreadable("the archive has no " + CONFIGURATION + " at its top");
        }
        return new Offer(files);
    }

    private static SortedMap<String, byte[]> single(byte[] upload) throws Unreadable {
        try {
            var text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(upload)).toString();
            if (text.isBlank() || text.indexOf('\0') >= 0) {
                throw new Unreadable("neither YAML nor a ZIP archive");
            }
        } catch (CharacterCodingException e) {
            throw new Unreadable("neither YAML in UTF-8 nor a ZIP archive");
        }
        var files = new TreeMap<String, byte[]>();
        files.put(CONFIGURATION, upload);
        return files;
    }

    private static SortedMap<String, byte[]> unpacked(byte[] upload) throws Unreadable {
        var files = new TreeMap<String, byte[]>();
        int left = MOST_UNPACKED;
        try (var zip = new ZipInputStream(new ByteArrayInputStream(upload))) {
            for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (!entry.isDirectory()) {
                    var content = content(zip, entry, left);
                    left -= content.length;
                    if (files.put(entry.getName(), content) != null) {
                        throw new Unreadable("the archive has a name twice");
                    }
                }
                if (files.size() > MOST_FILES) {
                    throw new Unreadable("the archive has more than " + MOST_FILES + " files");
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new Unreadable("the archive is damaged, or of a kind that is not read here");
        }
        if (files.keySet().stream().anyMatch(name -> files.containsKey(parent(name)))) {
            throw new Unreadable("the archive has a file where another has a folder");
        }
        return files;
    }

    private static byte[] content(ZipInputStream zip, ZipEntry entry, int left)
            throws IOException, Unreadable {
        if (!entry.getName().matches(NAME)) {
            throw new Unreadable(
                    "the archive has a name that is not taken: letters, digits, dots and dashes,"
                            + " two folders deep at most");
        }
        var content = zip.readNBytes(left + 1);
        if (content.length > left) {
            throw new Unreadable("the archive unpacks to more than " + MOST_UNPACKED + " octets");
        }
        return content;
    }

    private static String parent(String name) {
        return name.contains("/") ? name.substring(0, name.lastIndexOf('/')) : "/";
    }
}
