package org.surehop.adapter.cms;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.surehop.core.disclosure.SignerFacts.Status;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Header;

/// The openssl command reads what we make; it must be on the path.
class OpensslJudgeTest {
    private static final List<Header> SDP_HEADERS =
            List.of(
                    new Header("Content-Type", "application/sdp"),
                    new Header("Content-ID", "<sdp@atlanta.example.com>"));

    @TempDir Path folder;

    private record Run(int exit, byte[] output) {}

    private Run openssl(byte[] input, String... arguments) throws Exception {
        var command = new ArrayList<>(List.of("cms"));
        command.addAll(List.of(arguments));
        return command(input, command);
    }

    private Run command(byte[] input, List<String> arguments) throws Exception {
        var command = new ArrayList<>(List.of("openssl"));
        command.addAll(arguments);
        var in = Files.write(folder.resolve("in"), input);
        var out = folder.resolve("out");
        var process =
                new ProcessBuilder(command)
                        .directory(CmsFixtures.FOLDER.toFile())
                        .redirectInput(in.toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("openssl did not end");
        }
        return new Run(process.exitValue(), Files.readAllBytes(out));
    }

    private static Body sdp() throws BodyFault {
        return new Body(SDP_HEADERS, CmsFixtures.sdp());
    }

    private Run decrypt(Body body, String reader) throws Exception {
        return openssl(
                body.octets().toArray(),
                "-decrypt",
                "-binary",
                "-inform",
                "DER",
                "-recip",
                reader + ".pem",
                "-inkey",
                reader + ".key");
    }

    @ParameterizedTest
    @CsvSource({"gw-ec", "bob-ec", "gw-p384", "gw-rsa"})
    void opensslReadsWhatWeEncryptForSeveralReaders(String reader) throws Exception {
        var readers =
                List.of("gw-ec", "bob-ec", "gw-p384", "gw-rsa").stream()
                        .map(CmsFixtures::certificate)
                        .toList();
        var maker = new EnvelopeMaker(CmsFixtures.PROVIDER);

        for (var body :
                List.of(maker.enveloped(sdp(), readers), maker.authEnveloped(sdp(), readers))) {
            var run = decrypt(body, reader);
            assertEquals(0, run.exit());
            assertArrayEquals(MimeText.bytes(sdp()), run.output());
            var facts = CmsFixtures.reader(reader).read(body, List.of(), CmsFixtures.NOW);
            assertEquals(CmsFixtures.sdp(), facts.parts().getFirst().octets());
        }
    }

    @Test
    void opensslCannotReadWhatIsForSomebodyElse() throws Exception {
        var body =
                new EnvelopeMaker(CmsFixtures.PROVIDER)
                        .authEnveloped(sdp(), List.of(CmsFixtures.certificate("bob-ec")));

        assertNotEquals(0, decrypt(body, "gw-ec").exit());
        assertEquals(0, decrypt(body, "bob-ec").exit());
    }

    @ParameterizedTest
    @CsvSource({"alice-ec", "alice-rsa"})
    void opensslVerifiesWhatWeSign(String signer) throws Exception {
        var body = new SignatureMaker(CmsFixtures.pair(signer), CmsFixtures.PROVIDER).opaque(sdp());
        var cms = body.octets().toArray();

        var run = openssl(cms, "-verify", "-binary", "-inform", "DER", "-CAfile", "ca.pem");
        cms[cms.length - 1] ^= 1;
        var bent = openssl(cms, "-verify", "-binary", "-inform", "DER", "-CAfile", "ca.pem");

        assertEquals(0, run.exit());
        assertArrayEquals(MimeText.bytes(sdp()), run.output());
        assertNotEquals(0, bent.exit());
    }

    @Test
    void opensslVerifiesOurMultipartSigned() throws Exception {
        var body =
                new SignatureMaker(CmsFixtures.pair("alice-ec"), CmsFixtures.PROVIDER)
                        .detached(sdp());

        // The command reads base64 only where it takes MIME apart itself.
        var parts = MimeEntity.of(body).parts(2);
        var content = Files.write(folder.resolve("content"), parts.getFirst().raw());
        var run =
                openssl(
                        parts.get(1).decoded(),
                        "-verify",
                        "-binary",
                        "-inform",
                        "DER",
                        "-content",
                        content.toString(),
                        "-CAfile",
                        "ca.pem");

        assertEquals(0, run.exit());
    }

    @ParameterizedTest
    @CsvSource({"sha256, pss", "sha384, pss", "sha512, pss", "sha512, pkcs1"})
    void weVerifyTheKindsOfRsaSignaturesThatOpensslMakes(String digest, String padding)
            throws Exception {
        var run =
                openssl(
                        CmsFixtures.file("sdp.mime"),
                        "-sign",
                        "-binary",
                        "-nodetach",
                        "-md",
                        digest,
                        "-outform",
                        "DER",
                        "-signer",
                        "alice-rsa.pem",
                        "-inkey",
                        "alice-rsa.key",
                        "-keyopt",
                        "rsa_padding_mode:" + padding);
        assertEquals(0, run.exit());
        var body = CmsFixtures.smime(run.output());
        var spoiled = run.output().clone();
        spoiled[spoiled.length - 9] ^= 1;

        var facts = CmsFixtures.reader("gw-ec").read(body, List.of(), CmsFixtures.NOW);
        var bent =
                CmsFixtures.reader("gw-ec")
                        .read(CmsFixtures.smime(spoiled), List.of(), CmsFixtures.NOW);

        assertEquals(Status.VALID, facts.parts().getFirst().signers().getFirst().status());
        assertEquals(
                Status.DIGEST_OR_SIGNATURE_WRONG,
                bent.parts().getFirst().signers().getFirst().status());
    }

    // Whole runs of the tests said of good RSA signatures that they were forged. The archive's test
    // had encrypted for the same key earlier in that JVM, and the module in approved mode verifies
    // nothing by such a key. A gateway whose archivist signs messages with the archive's RSA key,
    // or
    // a user agent that encrypts for a peer with one RSA key, would have accused them both.
    @Test
    void callsNoSignatureForgedWhoseKeyItHasEncryptedFor() throws Exception {
        var certificate = folder.resolve("carol.pem");
        var key = folder.resolve("carol.key");
        var made =
                command(
                        new byte[0],
                        List.of(
                                "req",
                                "-x509",
                                "-newkey",
                                "rsa:2048",
                                "-nodes",
                                "-subj",
                                "/CN=carol",
                                "-keyout",
                                key.toString(),
                                "-out",
                                certificate.toString()));
        assertEquals(0, made.exit());
        var signed =
                openssl(
                        CmsFixtures.file("sdp.mime"),
                        "-sign",
                        "-binary",
                        "-nodetach",
                        "-outform",
                        "DER",
                        "-signer",
                        certificate.toString(),
                        "-inkey",
                        key.toString());
        assertEquals(0, signed.exit());
        var carol =
                PemSource.file("carol", certificate.toString())
                        .certificates(CmsFixtures.PROVIDER)
                        .getFirst();
        // The module remembers what a key was used for as long as somebody holds the key.
        var held = carol.getPublicKey();

        var before = status(signed.output());
        new EnvelopeMaker(CmsFixtures.PROVIDER).authEnveloped(sdp(), List.of(carol));
        var after = status(signed.output());

        Reference.reachabilityFence(held);
        assertNotEquals(Status.DIGEST_OR_SIGNATURE_WRONG, before);
        assertEquals(Status.UNSUPPORTED, after);
    }

    private static Status status(byte[] cms) {
        var facts =
                CmsFixtures.reader("gw-ec")
                        .read(CmsFixtures.smime(cms), List.of(), CmsFixtures.NOW);
        return facts.parts().getFirst().signers().getFirst().status();
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void weReadWhatWeSignedAndEncrypted(boolean opaque) throws Exception {
        var signer = new SignatureMaker(CmsFixtures.pair("alice-ec"), CmsFixtures.PROVIDER);
        var signed = opaque ? signer.opaque(sdp()) : signer.detached(sdp());
        var sealed =
                new EnvelopeMaker(CmsFixtures.PROVIDER)
                        .authEnveloped(signed, List.of(CmsFixtures.certificate("gw-rsa")));

        var facts = CmsFixtures.reader("gw-rsa").read(sealed, List.of(), CmsFixtures.NOW);

        var part = facts.parts().getFirst();
        assertEquals(CmsFixtures.sdp(), part.octets());
        assertEquals(Status.VALID, part.signers().getFirst().status());
    }
}
