package org.surehop.adapter.cms;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.surehop.core.sip.Header;

/// A `message/sip` entity (RFC 3261 §23.4, §27.5): start line, header rows, empty line, body.
/// `head` is all before the body; `body` is what the message carries, described by its own rows.
record SipTunnel(byte[] head, MimeEntity body) {
    /// As many header rows as a SIP message may have from outside.
    private static final int MAX_HEADERS = 128;

    /// The compact forms of the rows that say what the body is (§7.3.3).
    private static final Map<String, String> LONG_FORMS =
            Map.of("c", "Content-Type", "e", "Content-Encoding", "l", "Content-Length");

    static SipTunnel read(byte[] message) throws BodyFault {
        var lineEnd = 0;
        while (lineEnd < message.length && message[lineEnd] != '\n') {
            lineEnd++;
        }
        if (lineEnd >= message.length || lineEnd > MimeEntity.MAX_LINE) {
            throw BodyFault.malformed();
        }
        var rows = Arrays.copyOfRange(message, lineEnd + 1, message.length);
        var found = MimeEntity.parse(rows, MAX_HEADERS);
        var headers = found.headers().stream().map(SipTunnel::longForm).toList();
        if (Header.all(headers, "Content-Type").size() > 1) {
            throw BodyFault.malformed();
        }
        var octets = Arrays.copyOf(found.octets(), length(headers, found.octets().length));
        return new SipTunnel(
                Arrays.copyOf(message, message.length - found.octets().length),
                new MimeEntity(headers, octets, octets));
    }

    private static Header longForm(Header header) {
        var name = LONG_FORMS.get(header.name().toLowerCase(Locale.ROOT));
        return name == null ? header : new Header(name, header.value());
    }

    /// What the message says is there must be there; what is behind it is not its body.
    private static int length(List<Header> headers, int present) throws BodyFault {
        var says = Header.all(headers, "Content-Length");
        if (says.isEmpty()) {
            return present;
        }
        try {
            var length = Integer.parseInt(says.getFirst().strip());
            if (says.size() == 1 && length >= 0 && length <= present) {
                return length;
            }
        } catch (NumberFormatException _) {
            // Said below.
        }
        throw BodyFault.malformed();
    }

    boolean carries() {
        return body.octets().length > 0;
    }
}
