package org.surehop.adapter.cms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.surehop.core.config.SecretRef;
import org.surehop.core.config.Smime;

class SmimeKeysTest {
    @TempDir Path folder;

    private static String place(String name) {
        return CmsFixtures.FOLDER.resolve(name).toString();
    }

    private static SecretRef file(String path) {
        return new SecretRef(SecretRef.Kind.FILE, path);
    }

    private static Smime smime(String certificate, String key, String trust) {
        return new Smime(
                place(certificate),
                file(place(key)),
                place("gw-ec.pem"),
                file(place("gw-ec.key")),
                place(trust));
    }

    private static String fault(Smime smime) {
        var fault =
                assertThrows(
                        KeyMaterialFault.class, () -> SmimeKeys.load(smime, CmsFixtures.PROVIDER));
        return String.valueOf(fault.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"gw-ec", "gw-p384", "gw-rsa"})
    void loadsEveryKindOfKey(String name) throws Exception {
        var keys =
                SmimeKeys.load(smime(name + ".pem", name + ".key", "ca.pem"), CmsFixtures.PROVIDER);

        assertEquals(CmsFixtures.certificate(name), keys.recipient().certificate());
        assertEquals(1, keys.trust().size());
    }

    @ParameterizedTest
    @CsvSource({
        "none.pem, gw-ec.key, ca.pem, smime.certificate, cannot be read",
        "gw-ec.pem, none.key, ca.pem, smime.key, cannot be read",
        "gw-ec.pem, gw-ec.key, none.pem, smime.trust, cannot be read",
        "gw-ec.key, gw-ec.key, ca.pem, smime.certificate, expected at least one PEM certificate",
        "gw-ec.pem, gw-ec.pem, ca.pem, smime.key, expected an unencrypted PEM private key",
        "gw-ec.pem, bob-ec.key, ca.pem, smime.key, expected the private key of the certificate",
        "gw-rsa.pem, alice-rsa.key, ca.pem, smime.key, expected the private key of the certificate",
        "gw-ec.pem, gw-rsa.key, ca.pem, smime.key, expected the private key of the certificate",
        "gw-ec.pem, gw-ec.key, sdp.mime, smime.trust, expected at least one PEM certificate",
    })
    void saysInOneSentenceWhatIsWrong(
            String certificate, String key, String trust, String named, String expected) {
        var message = fault(smime(certificate, key, trust));

        assertTrue(message.startsWith(named + ": file "), message);
        assertTrue(message.contains(expected), message);
        assertFalse(message.contains("\n"), message);
    }

    @Test
    void refusesOneRsaKeyForBothTasks() {
        var both =
                new Smime(
                        place("gw-rsa.pem"),
                        file(place("gw-rsa.key")),
                        place("gw-rsa.pem"),
                        file(place("gw-rsa.key")),
                        place("ca.pem"));

        assertTrue(fault(both).contains("smime.signing-key: file "));
    }

    @Test
    void namesAMissingEnvironmentVariable() {
        var smime =
                new Smime(
                        place("gw-ec.pem"),
                        new SecretRef(SecretRef.Kind.ENV, "SUREHOP_NO_SUCH_VARIABLE"),
                        place("gw-ec.pem"),
                        file(place("gw-ec.key")),
                        place("ca.pem"));

        assertEquals(
                "smime.key: environment variable SUREHOP_NO_SUCH_VARIABLE is not set;"
                        + " expected a PEM private key",
                fault(smime));
    }

    @Test
    void neverQuotesTheKey() throws Exception {
        var broken = folder.resolve("broken.key");
        Files.writeString(
                broken,
                "-----BEGIN PRIVATE KEY-----\nU0VDUkVUU0VDUkVU\n-----END PRIVATE KEY-----\n");
        var smime =
                new Smime(
                        place("gw-ec.pem"),
                        file(broken.toString()),
                        place("gw-ec.pem"),
                        file(place("gw-ec.key")),
                        place("ca.pem"));

        assertFalse(fault(smime).contains("U0VDUkVU"));
        assertFalse(CmsFixtures.keys("gw-ec").toString().contains("PRIVATE"));
    }
}
