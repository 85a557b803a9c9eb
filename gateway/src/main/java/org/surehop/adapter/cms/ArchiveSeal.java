package org.surehop.adapter.cms;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import org.surehop.core.archive.Slip;
import org.surehop.core.disclosure.DisclosedPart;
import org.surehop.core.disclosure.SignerFacts;
import org.surehop.core.report.Json;
import org.surehop.core.sip.Octets;

/// Makes the entries of the archive (SVC-1): what was read of a message and what is known of it,
/// signed by this gateway and encrypted for the archive's certificate, whose key is elsewhere.
/// The text below the encryption is what `openssl cms -verify` takes: a `multipart/signed` with a
/// base64 signature around a `multipart/mixed` of a JSON slip and the parts of the message. Used by
/// the worker threads; the clear octets that it makes itself are overwritten before it returns.
public final class ArchiveSeal {
    /// The media type of the slip that begins each entry.
    public static final String SLIP_TYPE = "application/vnd.surehop.archive+json";

    private final X509Certificate reader;
    private final SignatureMaker signer;
    private final EnvelopeMaker envelopes;
    private final SecureRandom random;

    private ArchiveSeal(X509Certificate reader, SmimeKeys keys) {
        this.reader = reader;
        this.signer = new SignatureMaker(keys.signer(), keys.provider());
        this.envelopes = new EnvelopeMaker(keys.provider());
        this.random = StrongRandom.of(keys.provider());
    }

    /// Reads the one certificate of the archive. What could open the archive from this machine is a
    /// fault: a private key in that file, or the certificate of a key that this gateway holds.
    public static ArchiveSeal load(String certificate, SmimeKeys keys) throws KeyMaterialFault {
        var source = PemSource.file("services.archive.certificate", certificate);
        if (source.holdsKey()) {
            throw source.fault("expected a certificate alone: the archive's key belongs elsewhere");
        }
        var found = source.certificates(keys.provider());
        if (found.size() != 1 || !usable(found.getFirst())) {
            throw source.fault(
                    "expected one certificate with an EC P-256 or P-384 key, or an RSA key of at"
                            + " least 2048 bits");
        }
        var key = found.getFirst().getPublicKey();
        for (var own : List.of(keys.recipient(), keys.signer())) {
            if (own.certificate().getPublicKey().equals(key)) {
                throw source.fault(
                        "expected another key than the gateway's own, which must not open it");
            }
        }
        return new ArchiveSeal(found.getFirst(), keys);
    }

    private static boolean usable(X509Certificate certificate) {
        var key = certificate.getPublicKey();
        return switch (key) {
            case ECPublicKey open -> curveBits(open) <= 384 && curveBits(open) > 255;
            case RSAPublicKey open -> open.getModulus().bitLength() >= 2048;
            default -> false;
        };
    }

    private static int curveBits(ECPublicKey key) {
        return key.getParams().getCurve().getField().getFieldSize();
    }

    /// An AuthEnvelopedData in DER.
    Octets seal(Slip slip, List<DisclosedPart> parts, Instant now) {
        var content = mixed(slip, parts, now);
        var signed = signed(content);
        try {
            return Octets.copyOf(envelopes.authEnveloped(signed, List.of(reader)));
        } finally {
            Arrays.fill(content, (byte) 0);
            Arrays.fill(signed, (byte) 0);
        }
    }

    private byte[] signed(byte[] content) {
        var mark = mark();
        var out = new Wiped();
        out.line(
                "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\";"
                        + " micalg=sha-256; boundary=\""
                        + mark
                        + "\"");
        out.line("");
        out.line("--" + mark);
        out.writeBytes(content);
        out.line("");
        out.line("--" + mark);
        out.line("Content-Type: application/pkcs7-signature; name=\"smime.p7s\"");
        out.line("Content-Transfer-Encoding: base64");
        out.line("");
        out.writeBytes(base64(signer.detached(content)));
        out.line("--" + mark + "--");
        return out.take();
    }

    private byte[] mixed(Slip slip, List<DisclosedPart> parts, Instant now) {
        var mark = mark();
        var out = new Wiped();
        out.line("Content-Type: multipart/mixed; boundary=\"" + mark + "\"");
        out.line("");
        out.line("--" + mark);
        out.line("Content-Type: " + SLIP_TYPE);
        out.line("");
        out.line(Json.write(fields(slip, parts, now)));
        for (var part : parts) {
            out.line("--" + mark);
            entity(part, out);
        }
        out.line("--" + mark + "--");
        return out.take();
    }

    private static void entity(DisclosedPart part, Wiped out) {
        out.line("Content-Type: " + part.mediaType());
        var octets = part.octets().toArray();
        if (lines(octets)) {
            out.line("Content-Transfer-Encoding: 8bit");
            out.line("");
            out.writeBytes(octets);
            out.line("");
        } else {
            out.line("Content-Transfer-Encoding: base64");
            out.line("");
            out.writeBytes(base64(octets));
        }
        Arrays.fill(octets, (byte) 0);
    }

    /// Text in lines of CRLF, which no reader changes before it verifies.
    private static boolean lines(byte[] octets) {
        for (int i = 0; i < octets.length; i++) {
            var good =
                    switch (octets[i]) {
                        case '\n' -> i > 0 && octets[i - 1] == '\r';
                        case '\r' -> i + 1 < octets.length && octets[i + 1] == '\n';
                        case '\t' -> true;
                        default -> octets[i] < 0 || octets[i] >= ' ';
                    };
            if (!good) {
                return false;
            }
        }
        return true;
    }

    private static byte[] base64(byte[] octets) {
        var text = Base64.getMimeEncoder().encode(octets);
        var lines = Arrays.copyOf(text, text.length + 2);
        lines[text.length] = '\r';
        lines[text.length + 1] = '\n';
        Arrays.fill(text, (byte) 0);
        return lines;
    }

    private static LinkedHashMap<String, Object> fields(
            Slip slip, List<DisclosedPart> parts, Instant now) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("version", 1);
        fields.put("received", slip.at().toString());
        fields.put("verified", now.toString());
        fields.put("side", slip.from().name().toLowerCase(java.util.Locale.ROOT));
        fields.put("peer", slip.peer());
        fields.put("method", slip.key().method().name());
        fields.put("callId", slip.key().callId().value());
        fields.put("cseq", slip.key().cseq());
        fields.put("fromTag", slip.key().fromTag());
        fields.put("from", slip.sender());
        fields.put("to", slip.receiver());
        fields.put("target", slip.target());
        fields.put("date", slip.date());
        fields.put("parts", parts.stream().map(ArchiveSeal::part).toList());
        return fields;
    }

    private static LinkedHashMap<String, Object> part(DisclosedPart part) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("type", part.mediaType());
        fields.put("contentId", part.contentId());
        fields.put("octets", part.octets().length());
        fields.put("encrypted", part.encrypted());
        // Nobody signed it and no MAC protected it: what it says may have been bent on the way.
        fields.put("malleable", part.malleable());
        fields.put("signers", part.signers().stream().map(ArchiveSeal::signer).toList());
        return fields;
    }

    private static LinkedHashMap<String, Object> signer(SignerFacts signer) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("identities", signer.identities());
        fields.put("fingerprint", signer.fingerprint());
        fields.put("status", signer.status().name());
        signer.signingTime().ifPresent(t -> fields.put("signingTime", t.toString()));
        return fields;
    }

    private String mark() {
        var octets = new byte[16];
        random.nextBytes(octets);
        return "surehop-" + HexFormat.of().formatHex(octets);
    }

    /// A buffer that leaves nothing behind: each array that it outgrows is overwritten.
    private static final class Wiped {
        private byte[] octets = new byte[4096];
        private int length;

        void line(String text) {
            writeBytes((text + "\r\n").getBytes(StandardCharsets.UTF_8));
        }

        void writeBytes(byte[] more) {
            if (length + more.length > octets.length) {
                var larger =
                        Arrays.copyOf(octets, Math.max(2 * octets.length, length + more.length));
                Arrays.fill(octets, (byte) 0);
                octets = larger;
            }
            System.arraycopy(more, 0, octets, length, more.length);
            length += more.length;
        }

        byte[] take() {
            var taken = Arrays.copyOf(octets, length);
            Arrays.fill(octets, (byte) 0);
            return taken;
        }
    }
}
