package org.surehop.adapter.cms;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Provider;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.bouncycastle.jcajce.provider.BouncyCastleFipsProvider;
import org.surehop.core.config.ContentKeys;
import org.surehop.core.config.Disclosure;
import org.surehop.core.config.Signers;
import org.surehop.core.config.SmimeReading;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Octets;

/// What the tests of this room share: the provider in approved mode and the files that the openssl
/// command made (`src/test/resources/cms/make.sh`).
final class CmsFixtures {
    static {
        System.setProperty("org.bouncycastle.fips.approved_only", "true");
    }

    static final Provider PROVIDER = new BouncyCastleFipsProvider();
    static final Path FOLDER = Path.of("src/test/resources/cms").toAbsolutePath();
    static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
    static final int MAX_OCTETS = 65_536;

    private CmsFixtures() {}

    static Disclosure policy() {
        return policy(8, 32, 32);
    }

    static Disclosure policy(int depth, int parts, int recipients) {
        return new Disclosure(
                Disclosure.Profile.INSPECT,
                false,
                false,
                false,
                496,
                399,
                depth,
                parts,
                recipients,
                2);
    }

    static KeyPairing pair(String name) {
        try {
            return KeyPairing.load(
                    PemSource.file("certificate", FOLDER.resolve(name + ".pem").toString()),
                    PemSource.file("key", FOLDER.resolve(name + ".key").toString()),
                    PROVIDER);
        } catch (KeyMaterialFault fault) {
            throw new IllegalStateException(fault);
        }
    }

    static X509Certificate certificate(String name) {
        try {
            return PemSource.file("certificate", FOLDER.resolve(name + ".pem").toString())
                    .certificates(PROVIDER)
                    .getFirst();
        } catch (KeyMaterialFault fault) {
            throw new IllegalStateException(fault);
        }
    }

    static SmimeKeys keys(String recipient) {
        return new SmimeKeys(pair(recipient), pair("gw-ec"), List.of(certificate("ca")), PROVIDER);
    }

    /// The files were signed long before NOW.
    static final SmimeReading READING = reading(SmimeReading.KeyTransport.OAEP);

    static SmimeReading reading(SmimeReading.KeyTransport transport) {
        return new SmimeReading(transport, ContentKeys.DEFAULT, signers(Duration.ZERO));
    }

    static Signers signers(Duration signingAge) {
        return new Signers(
                Signers.Revocation.SOFT, List.of(), false, "", Duration.ofSeconds(1), signingAge);
    }

    static BodyReader reader(String recipient) {
        return reader(recipient, policy(), MAX_OCTETS);
    }

    static BodyReader reader(String recipient, Disclosure policy, int maxOctets) {
        return reader(recipient, policy, maxOctets, READING);
    }

    static BodyReader reader(
            String recipient, Disclosure policy, int maxOctets, SmimeReading reading) {
        return new BodyReader(keys(recipient), policy, maxOctets, reading, () -> NOW);
    }

    static byte[] file(String name) {
        try {
            return Files.readAllBytes(FOLDER.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A CMS file as the body of a SIP message.
    static Body smime(byte[] cms) {
        return new Body(
                List.of(new Header("Content-Type", "application/pkcs7-mime")), Octets.copyOf(cms));
    }

    /// A file that holds a whole MIME entity as the body of a SIP message.
    static Body entity(byte[] mime) throws BodyFault {
        var entity = MimeEntity.parse(mime);
        return new Body(entity.headers(), Octets.copyOf(entity.octets()));
    }

    /// The SDP that is in all the files.
    static Octets sdp() throws BodyFault {
        return Octets.copyOf(MimeEntity.parse(file("sdp.mime")).octets());
    }
}
