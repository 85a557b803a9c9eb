package org.surehop.adapter.cms;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Octets;

/// Writes MIME entities: header rows with CRLF, an empty line, the octets as they are.
final class MimeText {
    private MimeText() {}

    static byte[] bytes(Body entity) {
        var out = new ByteArrayOutputStream();
        for (var header : entity.headers()) {
            out.writeBytes(
                    (header.name() + ": " + header.value() + "\r\n")
                            .getBytes(StandardCharsets.UTF_8));
        }
        out.writeBytes(new byte[] {'\r', '\n'});
        out.writeBytes(entity.octets().toArray());
        return out.toByteArray();
    }

    static Body multipart(String contentType, String boundary, List<byte[]> parts) {
        var out = new ByteArrayOutputStream();
        for (var part : parts) {
            out.writeBytes(("--" + boundary + "\r\n").getBytes(StandardCharsets.US_ASCII));
            out.writeBytes(part);
            out.writeBytes(new byte[] {'\r', '\n'});
        }
        out.writeBytes(("--" + boundary + "--\r\n").getBytes(StandardCharsets.US_ASCII));
        return new Body(
                List.of(new Header("Content-Type", contentType + ";boundary=\"" + boundary + "\"")),
                Octets.copyOf(out.toByteArray()));
    }

    /// An `application/pkcs7-mime` entity around CMS octets, binary as RFC 3853 §3 wants it.
    static Body smime(String smimeType, byte[] cms) {
        return new Body(
                List.of(
                        new Header(
                                "Content-Type",
                                "application/pkcs7-mime;smime-type="
                                        + smimeType
                                        + ";name=\"smime.p7m\""),
                        new Header(
                                "Content-Disposition",
                                "attachment;handling=required;filename=\"smime.p7m\""),
                        new Header("Content-Transfer-Encoding", "binary")),
                Octets.copyOf(cms));
    }
}
