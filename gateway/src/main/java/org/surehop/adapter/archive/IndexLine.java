package org.surehop.adapter.archive;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.surehop.core.archive.Outcome;
import org.surehop.core.archive.Slip;
import org.surehop.core.report.Json;
import org.surehop.core.report.JsonText;

/// One line of an index: `LINK SPACE JSON`. The link is the SHA-256 of the link before it, a space
/// and the JSON, in hex, so that no line can be changed, added or taken out of the middle unseen.
record IndexLine(String link, String json) {
    /// What the very first line of an archive is linked to.
    static final String FIRST = "0".repeat(64);

    static IndexLine after(String link, Map<String, Object> fields) {
        var json = Json.write(fields);
        return new IndexLine(linked(link, json), json);
    }

    /// Throws `IllegalArgumentException` when the text is no line of an index.
    static IndexLine read(String text) {
        var space = text.indexOf(' ');
        if (space != FIRST.length()) {
            throw new IllegalArgumentException("expected a link of 64 digits and a space");
        }
        return new IndexLine(text.substring(0, space), text.substring(space + 1));
    }

    boolean follows(String before) {
        return link.equals(linked(before, json));
    }

    Map<String, String> fields() {
        return JsonText.strings(json);
    }

    String text() {
        return link + " " + json + "\n";
    }

    static Map<String, Object> entry(long number, Slip slip, byte[] sealed) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("entry", number);
        fields.put("at", slip.at().toString());
        fields.put("side", slip.from().name().toLowerCase(java.util.Locale.ROOT));
        fields.put("method", slip.key().method().name());
        fields.put("callId", slip.key().callId().value());
        fields.put("cseq", slip.key().cseq());
        fields.put("octets", sealed.length);
        fields.put("sha256", sha256(sealed));
        return fields;
    }

    static Map<String, Object> outcome(long number, Outcome outcome) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("of", number);
        fields.put("outcome", outcome.wireName());
        return fields;
    }

    private static String linked(String before, String json) {
        return sha256((before + " " + json).getBytes(StandardCharsets.UTF_8));
    }

    static String sha256(byte[] octets) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(octets));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
