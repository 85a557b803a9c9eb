package org.surehop.adapter.archive;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.surehop.core.archive.Outcome;

/// Reads an archive beside the gateway that writes it, or a copy of one. Changes nothing.
public final class ArchiveReader {
    private final Map<Long, Entry> entries = new LinkedHashMap<>();
    private final List<String> faults = new ArrayList<>();
    private Optional<String> link = Optional.empty();
    private long last;

    /// One archived message as the index has it. `file` holds the sealed entry.
    public record Entry(
            long number,
            String at,
            String side,
            String callId,
            String cseq,
            long octets,
            String sha256,
            String outcome,
            Path file) {
        Entry with(String how) {
            return new Entry(number, at, side, callId, cseq, octets, sha256, how, file);
        }

        /// The sealed entry: CMS AuthEnvelopedData in DER.
        public byte[] sealed() throws IOException {
            return Files.readAllBytes(file);
        }
    }

    private ArchiveReader() {}

    /// Reads all indexes of the archive in that directory.
    public static ArchiveReader open(Path root) throws ArchiveFault {
        var reader = new ArchiveReader();
        try {
            for (var day : new Days(root).all()) {
                reader.day(day);
            }
            return reader;
        } catch (IOException e) {
            throw new ArchiveFault(
                    root + ": is no archive that can be read, expected its directory.");
        }
    }

    /// The messages that were exchanged, or may have been, oldest first.
    public List<Entry> entries() {
        return entries.values().stream()
                .filter(e -> !e.outcome().equals(Outcome.REFUSED.wireName()))
                .toList();
    }

    /// What is wrong with the indexes, and with the files that they name: one sentence each. An
    /// archive of which the end was cut off, or the oldest days, has no fault by itself.
    public List<String> faults() {
        var all = new ArrayList<>(faults);
        for (var entry : entries()) {
            try {
                if (!IndexLine.sha256(entry.sealed()).equals(entry.sha256())) {
                    all.add("entry " + entry.number() + ": " + entry.file() + " was changed");
                }
            } catch (IOException e) {
                all.add("entry " + entry.number() + ": " + entry.file() + " cannot be read");
            }
        }
        return all;
    }

    private void day(Path day) throws IOException {
        var index = day.resolve(Days.INDEX);
        if (!Files.exists(index)) {
            faults.add(index + ": is missing");
            return;
        }
        var text = Files.readString(index, StandardCharsets.UTF_8);
        var count = 0;
        // Half a line at the end is one that is being written.
        for (var line : text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
            count++;
            try {
                line(day, IndexLine.read(line));
            } catch (IllegalArgumentException e) {
                faults.add(index + " line " + count + ": is no line of an index");
            }
        }
        for (var file : Days.entries(day)) {
            if (!entries.containsKey(Days.numberOf(file)) && Days.numberOf(file) <= last) {
                faults.add(file + ": is in no index");
            }
        }
    }

    private void line(Path day, IndexLine line) {
        if (link.isPresent() && !line.follows(link.get())) {
            faults.add(day.resolve(Days.INDEX) + ": the chain is broken at " + line.json());
        }
        link = Optional.of(line.link());
        var fields = line.fields();
        if (fields.containsKey("entry")) {
            var entry = entry(day, fields);
            if (last > 0 && entry.number() != last + 1) {
                faults.add("entry " + entry.number() + " follows entry " + last);
            }
            last = entry.number();
            entries.put(last, entry);
        } else {
            entries.computeIfPresent(
                    Long.parseLong(fields.getOrDefault("of", "0")),
                    (_, e) -> e.with(fields.getOrDefault("outcome", "unknown")));
        }
    }

    private static Entry entry(Path day, Map<String, String> fields) {
        var number = Long.parseLong(fields.getOrDefault("entry", "0"));
        return new Entry(
                number,
                fields.getOrDefault("at", ""),
                fields.getOrDefault("side", ""),
                fields.getOrDefault("callId", ""),
                fields.getOrDefault("cseq", ""),
                Long.parseLong(fields.getOrDefault("octets", "0")),
                fields.getOrDefault("sha256", ""),
                Outcome.UNKNOWN.wireName(),
                Days.entry(day, number));
    }
}
