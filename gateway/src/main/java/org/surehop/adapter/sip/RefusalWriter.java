package org.surehop.adapter.sip;

/// The answer to a request that could not be read whole, made from the rows that could
/// (RFC 3261 §8.2.6.2): their text is copied back to the sender, and nowhere else.
final class RefusalWriter {
    private static final byte[] NONE = new byte[0];

    private RefusalWriter() {}

    /// The octets, or none when the message was a response, an ACK, or has no Via to answer to.
    static byte[] write(Head head, BadMessage bad, String agent) {
        if (head.isResponse() || head.method().isEmpty() || head.method().equals("ACK")) {
            return NONE;
        }
        var out = new StringBuilder(512);
        out.append("SIP/2.0 ").append(bad.status()).append(' ').append(phrase(bad.status()));
        out.append("\r\n");
        if (!copy(head, HeaderName.VIA, out)) {
            return NONE;
        }
        copy(head, HeaderName.FROM, out);
        copy(head, HeaderName.TO, out);
        copy(head, HeaderName.CALL_ID, out);
        copy(head, HeaderName.CSEQ, out);
        out.append("Warning: 399 ").append(agent).append(" \"").append(bad.why()).append("\"\r\n");
        out.append("Content-Length: 0\r\n\r\n");
        return SipCodec.octets(out, NONE);
    }

    /// Copies every Via row, and the first row of the other names.
    private static boolean copy(Head head, HeaderName id, StringBuilder out) {
        var found = false;
        for (var row : head.rows()) {
            if (row.id() == id && (!found || id == HeaderName.VIA)) {
                found = true;
                out.append(id.text()).append(": ").append(row.value());
                if (id == HeaderName.TO && !row.value().contains("tag=")) {
                    out.append(";tag=refused");
                }
                out.append("\r\n");
            }
        }
        return found;
    }

    private static String phrase(int status) {
        return switch (status) {
            case 413 -> "Request Entity Too Large";
            case 505 -> "Version Not Supported";
            default -> "Bad Request";
        };
    }
}
