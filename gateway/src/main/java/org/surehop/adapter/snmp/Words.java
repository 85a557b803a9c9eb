package org.surehop.adapter.snmp;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Map;
import org.snmp4j.smi.OctetString;
import org.surehop.core.report.Json;
import org.surehop.core.report.Notice;

/// Our words as the textual conventions of `SUREHOP-MIB` and RFC 2579.
final class Words {
    private static final int MAX_TEXT = 512;
    private static final String ELLIPSIS = "...";

    private Words() {}

    /// `SurehopText`: UTF-8 without control characters, cut at 512 octets.
    static OctetString text(String text) {
        var quoted = Json.write(text);
        var safe = quoted.substring(1, quoted.length() - 1).replace("\\\"", "\"");
        var bytes = safe.replace("\\\\", "\\").getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= MAX_TEXT) {
            return new OctetString(bytes);
        }
        var end = MAX_TEXT - ELLIPSIS.length();
        while ((bytes[end] & 0xc0) == 0x80) {
            end--;
        }
        var cut = new OctetString(bytes, 0, end);
        cut.append(ELLIPSIS);
        return cut;
    }

    /// `DateAndTime` of RFC 2579, in UTC.
    static OctetString dateAndTime(Instant instant) {
        var t = instant.atOffset(ZoneOffset.UTC);
        return new OctetString(
                new byte[] {
                    (byte) (t.getYear() >> 8),
                    (byte) t.getYear(),
                    (byte) t.getMonthValue(),
                    (byte) t.getDayOfMonth(),
                    (byte) t.getHour(),
                    (byte) t.getMinute(),
                    (byte) t.getSecond(),
                    (byte) (t.getNano() / 100_000_000),
                    '+',
                    0,
                    0
                });
    }

    /// `SurehopVerdict`: 0 when the notice has none, or one that the MIB does not know.
    static int verdict(Notice notice) {
        return verdict(notice.details().getOrDefault("verdict", ""));
    }

    static int verdict(String level) {
        return switch (level.replace('-', '_').toUpperCase(Locale.ROOT)) {
            case "ASSURED" -> 1;
            case "PARTIAL" -> 2;
            case "MISMATCH" -> 3;
            case "UNVERIFIED" -> 4;
            case "FAILED" -> 5;
            case "OUT_OF_SCOPE" -> 6;
            case "ASSERTED" -> 7;
            case "UNASSURED" -> 8;
            default -> 0;
        };
    }

    static OctetString detail(Map<String, String> details) {
        var pairs = new StringBuilder();
        details.forEach(
                (name, value) ->
                        pairs.append(pairs.isEmpty() ? "" : "; ")
                                .append(name)
                                .append('=')
                                .append(value));
        return text(pairs.toString());
    }
}
