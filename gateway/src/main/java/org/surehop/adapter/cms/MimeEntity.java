package org.surehop.adapter.cms;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Octets;

/// One MIME entity (RFC 2045): its header rows and its octets as they came, before any transfer
/// decoding. `raw` is the whole entity, headers included: what a detached signature covers.
record MimeEntity(List<Header> headers, byte[] octets, byte[] raw) {
    static final int MAX_HEADERS = 32;
    static final int MAX_LINE = 2_048;

    MimeEntity {
        headers = List.copyOf(headers);
    }

    /// The body of a SIP message, whose describing headers stand in the message.
    static MimeEntity of(Body body) {
        var octets = body.octets().toArray();
        return new MimeEntity(body.headers(), octets, octets);
    }

    /// Reads header rows up to the empty line. CRLF is the rule; a lone LF is taken as well, since
    /// the signature and not the line end protects what is inside.
    static MimeEntity parse(byte[] raw) throws BodyFault {
        return parse(raw, MAX_HEADERS);
    }

    static MimeEntity parse(byte[] raw, int maxHeaders) throws BodyFault {
        var headers = new ArrayList<Header>();
        var at = 0;
        while (true) {
            var lineEnd = indexOfLf(raw, at);
            if (lineEnd < 0 || lineEnd - at > MAX_LINE) {
                throw BodyFault.malformed();
            }
            var textEnd = lineEnd > at && raw[lineEnd - 1] == '\r' ? lineEnd - 1 : lineEnd;
            if (textEnd == at) {
                return new MimeEntity(headers, slice(raw, lineEnd + 1, raw.length), raw);
            }
            add(headers, new String(raw, at, textEnd - at, StandardCharsets.UTF_8));
            if (headers.size() > maxHeaders) {
                throw BodyFault.malformed();
            }
            at = lineEnd + 1;
        }
    }

    private static void add(List<Header> headers, String line) throws BodyFault {
        if (line.startsWith(" ") || line.startsWith("\t")) {
            if (headers.isEmpty()) {
                throw BodyFault.malformed();
            }
            var last = headers.removeLast();
            if (last.value().length() + line.length() > MAX_LINE) {
                throw BodyFault.malformed();
            }
            headers.add(new Header(last.name(), last.value() + " " + line.strip()));
            return;
        }
        var colon = line.indexOf(':');
        var name = colon < 0 ? "" : line.substring(0, colon);
        if (!isToken(name) || repeats(headers, name)) {
            throw BodyFault.malformed();
        }
        headers.add(new Header(name, line.substring(colon + 1).strip()));
    }

    /// Two readers might each believe another one of two equal Content headers.
    private static boolean repeats(List<Header> headers, String name) {
        return name.toLowerCase(Locale.ROOT).startsWith("content-")
                && Header.first(headers, name).isPresent();
    }

    private static boolean isToken(String name) {
        return !name.isEmpty() && name.chars().allMatch(c -> c > ' ' && c < 127);
    }

    /// The lower-case media type without parameters; `text/plain` when there is none (RFC 2045
    /// §5.2).
    String mediaType() {
        var type = new Body(headers, Octets.NONE).mediaType();
        return type.isEmpty() ? "text/plain" : type;
    }

    /// The `Content-ID` without angle brackets, or the empty string.
    String contentId() {
        var id = Header.first(headers, "Content-ID").orElse("").strip();
        return id.startsWith("<") && id.endsWith(">") ? id.substring(1, id.length() - 1) : id;
    }

    /// The first word of `Content-Disposition` in lower case, or the empty string.
    String disposition() {
        return new Body(headers, Octets.NONE).disposition();
    }

    /// Whether who does not understand the entity may leave it (RFC 3261 §20.11).
    boolean optional() throws BodyFault {
        var value = Header.first(headers, "Content-Disposition").orElse("");
        return MediaParameters.value(value, "handling").equalsIgnoreCase("optional");
    }

    private String parameter(String name) throws BodyFault {
        return MediaParameters.value(Header.first(headers, "Content-Type").orElse(""), name);
    }

    /// The octets with the transfer encoding undone (SM-5).
    byte[] decoded() throws BodyFault {
        var encoding =
                Header.first(headers, "Content-Transfer-Encoding")
                        .orElse("binary")
                        .strip()
                        .toLowerCase(Locale.ROOT);
        return switch (encoding) {
            case "7bit", "8bit", "binary", "" -> octets;
            case "base64" -> TransferCoding.base64(octets);
            case "quoted-printable" -> TransferCoding.quotedPrintable(octets);
            default -> throw BodyFault.malformed();
        };
    }

    /// The parts between the boundaries (RFC 2046 §5.1.1), found in one pass; at most `limit`.
    List<MimeEntity> parts(int limit) throws BodyFault {
        var boundary = parameter("boundary");
        if (boundary.isEmpty() || boundary.length() > 70) {
            throw BodyFault.malformed();
        }
        var mark = ("--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
        var parts = new ArrayList<MimeEntity>();
        var start = -1;
        var at = 0;
        while (at < octets.length) {
            var lineEnd = indexOfLf(octets, at);
            var next = lineEnd < 0 ? octets.length : lineEnd + 1;
            var kind = boundaryKind(mark, at, next);
            if (kind != Boundary.NONE) {
                if (start >= 0) {
                    if (parts.size() == limit) {
                        throw BodyFault.tooComplex();
                    }
                    parts.add(parse(slice(octets, start, Math.max(start, beforeLineEnd(at)))));
                }
                if (kind == Boundary.LAST) {
                    return parts;
                }
                start = next;
            }
            at = next;
        }
        // No closing boundary: something was cut off.
        throw BodyFault.malformed();
    }

    private enum Boundary {
        NONE,
        NEXT,
        LAST
    }

    /// A boundary is a whole line: the mark, perhaps `--`, then only white space.
    private Boundary boundaryKind(byte[] mark, int from, int to) {
        if (to - from < mark.length) {
            return Boundary.NONE;
        }
        for (int i = 0; i < mark.length; i++) {
            if (octets[from + i] != mark[i]) {
                return Boundary.NONE;
            }
        }
        var at = from + mark.length;
        var last = to - at >= 2 && octets[at] == '-' && octets[at + 1] == '-';
        for (int i = last ? at + 2 : at; i < to; i++) {
            if (octets[i] != ' ' && octets[i] != '\t' && octets[i] != '\r' && octets[i] != '\n') {
                return Boundary.NONE;
            }
        }
        return last ? Boundary.LAST : Boundary.NEXT;
    }

    /// The line end before a boundary belongs to the boundary.
    private int beforeLineEnd(int boundary) {
        var end = boundary - 1;
        return end > 0 && octets[end - 1] == '\r' ? end - 1 : end;
    }

    /// `raw` with every lone LF made CRLF: what a sender signed whose line ends were changed behind
    /// it (RFC 8551 §3.1.1). The same octets when there is none.
    byte[] canonicalRaw() {
        var out = new java.io.ByteArrayOutputStream(raw.length + 64);
        for (int i = 0; i < raw.length; i++) {
            if (raw[i] == '\n' && (i == 0 || raw[i - 1] != '\r')) {
                out.write('\r');
            }
            out.write(raw[i]);
        }
        return out.size() == raw.length ? raw : out.toByteArray();
    }

    private static int indexOfLf(byte[] bytes, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private static byte[] slice(byte[] bytes, int from, int to) {
        return java.util.Arrays.copyOfRange(bytes, Math.min(from, bytes.length), to);
    }
}
