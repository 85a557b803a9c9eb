package org.surehop.adapter.cms;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.surehop.core.disclosure.BodyFacts;
import org.surehop.core.disclosure.BodyFacts.Obstacle;

/// What the openssl command encrypts, in every way that it has, and what mailers do to base64.
class OpensslBodiesTest {
    private static final String OAEP = " -keyopt rsa_padding_mode:oaep";

    @TempDir Path folder;

    private byte[] openssl(String arguments) throws Exception {
        var command = new ArrayList<>(List.of("openssl", "cms", "-encrypt", "-binary"));
        command.addAll(List.of("-in", "sdp.mime", "-outform", "DER"));
        command.addAll(List.of(arguments.strip().split(" +")));
        var out = folder.resolve("out");
        var process =
                new ProcessBuilder(command)
                        .directory(CmsFixtures.FOLDER.toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("openssl did not end");
        }
        assertEquals(0, process.exitValue(), arguments);
        return Files.readAllBytes(out);
    }

    private static BodyFacts read(String reader, byte[] cms) {
        return CmsFixtures.reader(reader).read(CmsFixtures.smime(cms), List.of(), CmsFixtures.NOW);
    }

    private static void readsSdp(BodyFacts facts) throws BodyFault {
        assertEquals(Set.of(), facts.obstacles());
        assertEquals(CmsFixtures.sdp(), facts.parts().getFirst().octets());
    }

    /// An agreement with the cofactor (RFC 5753 §7.1.4) was refused as unknown, though on these
    /// curves it is the same secret.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "-aes-128-cbc",
                "-aes-192-cbc",
                "-aes-256-cbc",
                "-aes-128-gcm",
                "-aes-192-gcm",
                "-aes-256-gcm",
                "-aes-256-gcm -stream",
                "-aes-128-cbc -aes192-wrap",
                "-aes-256-cbc -aes256-wrap",
                "-aes-128-cbc -keyid"
            })
    void readsKeyAgreementOfEveryKind(String cipher) throws Exception {
        for (var digest : List.of("sha1", "sha224", "sha256", "sha384", "sha512")) {
            for (var cofactor : List.of("", " -keyopt ecdh_cofactor_mode:1")) {
                var kdf = " -keyopt ecdh_kdf_md:" + digest + cofactor;
                readsSdp(read("gw-ec", openssl(cipher + " -recip gw-ec.pem" + kdf)));
                readsSdp(read("gw-p384", openssl(cipher + " -recip gw-p384.pem" + kdf)));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"sha1, sha1", "sha256, sha1", "sha256, sha256", "sha384, sha384", "sha512, sha1"})
    void readsOaepOfEveryKind(String digest, String mask) throws Exception {
        var how = OAEP + " -keyopt rsa_oaep_md:" + digest + " -keyopt rsa_mgf1_md:" + mask;
        for (var cipher : List.of("-aes-192-cbc", "-aes-256-gcm -keyid", "-aes-128-cbc -stream")) {
            readsSdp(read("gw-rsa", openssl(cipher + " -recip gw-rsa.pem" + how)));
        }
    }

    /// Readers of both kinds in either order, one with a password, one with a key of its own, and
    /// ours twice, first in a way that we refuse.
    @ParameterizedTest
    @CsvSource({
        "gw-ec, -recip bob-rsa.pem -recip gw-rsa.pem -recip gw-ec.pem -recip bob-ec.pem",
        "gw-rsa, -recip gw-ec.pem -recip bob-rsa.pem -recip gw-rsa.pem" + OAEP,
        "gw-ec, -pwri_password word -recip gw-ec.pem",
        "gw-ec, -secretkey 000102030405060708090A0B0C0D0E0F -secretkeyid C0FFEE -recip gw-ec.pem",
        "gw-rsa, -recip gw-rsa.pem -recip gw-rsa.pem" + OAEP
    })
    void findsItselfAmongOthers(String reader, String readers) throws Exception {
        readsSdp(read(reader, openssl("-aes-256-cbc " + readers)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-camellia-128-cbc", "-aes-128-ofb", "-des3"})
    void namesACipherThatItDoesNotRead(String cipher) throws Exception {
        assertEquals(
                Set.of(Obstacle.ALGORITHM_REFUSED),
                read("gw-ec", openssl(cipher + " -recip gw-ec.pem")).obstacles());
    }

    /// How the lines of base64 end and begin is nobody's concern; what is no base64 is.
    @Test
    void readsBase64InWhateverLines() throws Exception {
        var cms = openssl("-aes-256-gcm -recip gw-ec.pem");
        var plain = Base64.getEncoder().encodeToString(cms);
        for (var end : List.of("\r\n", "\n", "\r", " \t\r\n", "\r\n\r\n  ")) {
            for (var width : List.of(1, 7, 76, 10_000)) {
                readsSdp(read(plain.replaceAll("(.{1," + width + "})", "$1" + end)));
            }
        }
        readsSdp(read(plain.replace("=", "")));
        for (var wrong : List.of(plain + "\0", "!" + plain, plain + "-----END-----")) {
            assertEquals(Set.of(Obstacle.MALFORMED), read(wrong).obstacles());
        }
    }

    private static BodyFacts read(String base64) throws BodyFault {
        var mime =
                "content-type: APPLICATION/PKCS7-MIME (made by hand);\r\n"
                        + "\tname=\"a;b\"; smime-type=auth-enveloped-data\r\n"
                        + "content-transfer-encoding: BASE64\r\n\r\n"
                        + base64;
        var body = CmsFixtures.entity(mime.getBytes(StandardCharsets.ISO_8859_1));
        return CmsFixtures.reader("gw-ec").read(body, List.of(), CmsFixtures.NOW);
    }
}
