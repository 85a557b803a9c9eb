package org.surehop.adapter.sip;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.surehop.core.config.Limits;

/// Takes a header block apart before any parser sees it: one canonical view of names, every limit
/// that needs no grammar, exactly one Content-Length. What it has read so far stays readable after
/// a fault, so that a refusal can be answered.
final class HeadScanner {
    private final Limits limits;
    private final List<Head.Row> rows = new ArrayList<>(24);
    private final Map<HeaderName, Integer> values = new EnumMap<>(HeaderName.class);
    private final Set<String> seenOnce = new HashSet<>();
    private String startLine = "";
    private int contentLength = -1;

    HeadScanner(Limits limits) {
        this.limits = limits;
    }

    /// Whatever was read, whole or not.
    Head head() {
        return new Head(startLine, rows, contentLength);
    }

    /// Scans `from` to `to`, where the block ends with an empty line and holds no bare CR or LF
    /// and no NUL (the reader has seen to that).
    void scan(byte[] buffer, int from, int to) throws BadMessage {
        var end = lineEnd(buffer, from, to);
        startLine = text(buffer, from, end);
        var at = end + 2;
        BadMessage fault = null;
        while (at + 2 <= to && buffer[at] != '\r') {
            end = lineEnd(buffer, at, to);
            while (end + 2 < to && isBlank(buffer[end + 2])) {
                end = lineEnd(buffer, end + 2, to);
            }
            try {
                row(unfold(buffer, at, end));
            } catch (BadMessage bad) {
                // The first fault counts; the rows after it may be needed for the answer.
                fault = fault == null ? bad : fault;
            }
            at = end + 2;
            if (rows.size() > limits.headerCount()) {
                throw BadMessage.framing("too many header fields");
            }
        }
        if (fault != null) {
            throw fault;
        }
        if (contentLength < 0) {
            throw BadMessage.framing("no Content-Length");
        }
    }

    private void row(String line) throws BadMessage {
        var colon = line.indexOf(':');
        if (colon < 1) {
            throw BadMessage.framing("a header line without a name");
        }
        var name = line.substring(0, colon).stripTrailing();
        if (!Syntax.isToken(name)) {
            throw BadMessage.framing("a header name is no token");
        }
        name = HeaderName.expand(name);
        var id = HeaderName.of(name);
        var row = new Head.Row(id, name, line.substring(colon + 1).strip());
        if (rows.size() <= limits.headerCount()) {
            rows.add(row);
        }
        count(row);
        if (id == HeaderName.CONTENT_LENGTH) {
            contentLength = length(row.value());
        }
    }

    private void count(Head.Row row) throws BadMessage {
        switch (row.id().kind()) {
            case LIST -> {
                var sum = values.merge(row.id(), Syntax.commas(row.value()) + 1, Integer::sum);
                if (sum > limits.listValues()) {
                    throw BadMessage.framing("too many values of " + row.id().text());
                }
            }
            case ONCE, BODY -> {
                if (!seenOnce.add(row.name().toLowerCase(Locale.ROOT))) {
                    throw BadMessage.framing("more than one " + longName(row));
                }
            }
            case OTHER -> {}
        }
    }

    private static String longName(Head.Row row) {
        return row.id().text().isEmpty() ? row.name() : row.id().text();
    }

    private static int length(String value) throws BadMessage {
        if (value.isEmpty() || value.length() > 10 || !Syntax.isDigits(value)) {
            throw BadMessage.framing("Content-Length is no number");
        }
        return (int) Math.min(Long.parseLong(value), Integer.MAX_VALUE);
    }

    /// RFC 3261 §7.3.1: a line break with the blanks around it is one space.
    private static String unfold(byte[] buffer, int from, int to) throws BadMessage {
        var line = text(buffer, from, to);
        if (line.indexOf('\r') < 0) {
            return line;
        }
        var out = new StringBuilder(line.length());
        for (var part : line.split("\r\n", -1)) {
            out.append(out.isEmpty() ? part : " " + part.strip());
        }
        return out.toString();
    }

    private static String text(byte[] buffer, int from, int to) throws BadMessage {
        var ascii = true;
        for (int i = from; i < to && ascii; i++) {
            ascii = buffer[i] >= 0;
        }
        if (ascii) {
            return new String(buffer, from, to - from, StandardCharsets.ISO_8859_1);
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(buffer, from, to - from))
                    .toString();
        } catch (CharacterCodingException e) {
            throw BadMessage.framing("a header line is not UTF-8");
        }
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t';
    }

    private static int lineEnd(byte[] buffer, int from, int to) {
        var i = from;
        while (i < to && buffer[i] != '\r') {
            i++;
        }
        return i;
    }
}
