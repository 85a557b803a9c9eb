package org.surehop.core.sdp;

import java.util.ArrayList;
import java.util.List;

/// The octets of a description cut into `type=value` lines, within fixed bounds. CRLF ends a line;
/// LF alone is tolerated (RFC 8866 §5).
final class SdpLines {
    static final int MAX_OCTETS = 65_535;
    static final int MAX_LINES = 4_096;
    static final int MAX_LINE = 4_096;

    /// One line, counted from 1.
    record Line(int number, char type, String value) {}

    private SdpLines() {}

    static List<Line> of(byte[] octets) throws SdpRefusal {
        if (octets.length > MAX_OCTETS) {
            throw new SdpRefusal(SdpProblem.Kind.TOO_LARGE, 0, "more than 65535 octets");
        }
        Utf8.check(octets);
        var lines = new ArrayList<Line>();
        int start = 0;
        while (start < octets.length) {
            int end = start;
            while (end < octets.length && octets[end] != '\n') {
                end++;
            }
            int stop = end > start && octets[end - 1] == '\r' ? end - 1 : end;
            lines.add(line(octets, start, stop, lines.size() + 1));
            start = end + 1;
        }
        return lines;
    }

    private static Line line(byte[] octets, int start, int stop, int number) throws SdpRefusal {
        if (number > MAX_LINES || stop - start > MAX_LINE) {
            throw new SdpRefusal(SdpProblem.Kind.TOO_LARGE, number, "too many lines, or too long");
        }
        if (stop - start < 2 || octets[start + 1] != '=') {
            throw new SdpRefusal(SdpProblem.Kind.BAD_SYNTAX, number, "not TYPE=VALUE");
        }
        // One char per octet is enough: every value that is looked into is ASCII.
        var value = new StringBuilder(stop - start - 2);
        for (int i = start + 2; i < stop; i++) {
            if (octets[i] == 0 || octets[i] == '\r') {
                throw new SdpRefusal(SdpProblem.Kind.BAD_TEXT, number, "NUL or bare CR");
            }
            value.append((char) (octets[i] & 0xFF));
        }
        return new Line(number, (char) (octets[start] & 0xFF), value.toString());
    }
}
