package org.surehop.adapter.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.surehop.adapter.tls.TrialCertificate.Key;
import org.surehop.adapter.tls.TrialCertificate.Use;
import org.surehop.core.config.SecretRef;

/// Keys and certificates in files, good and broken.
class CredentialsTest {
    private static TrialAuthority authority;

    @TempDir Path directory;

    @BeforeAll
    static void oneAuthority() {
        authority = TrialAuthority.named("Trial CA", InstantSource.system());
    }

    @Test
    void readsBackWhatTheAuthorityWrote() throws Exception {
        for (var kind : Key.values()) {
            var wish = TrialCertificate.tls("example.com").withKey(kind);
            var issued = authority.issue(wish, directory, kind.name());
            assertEquals(issued.leaf(), load(kind.name()).leaf());
        }
        var mode = Files.getPosixFilePermissions(directory.resolve("EC_P256.key"));
        assertEquals("rw-------", PosixFilePermissions.toString(mode));
    }

    @Test
    void readsKeysInTheirOlderForms() throws Exception {
        for (var kind : List.of(Key.EC_P256, Key.RSA_2048)) {
            var issued =
                    authority.issue(
                            TrialCertificate.tls("example.com").withKey(kind),
                            directory,
                            kind.name());
            var info = PrivateKeyInfo.getInstance(issued.key().getEncoded());
            write(
                    kind.name() + ".key",
                    kind == Key.EC_P256 ? "EC PRIVATE KEY" : "RSA PRIVATE KEY",
                    older(info));
            assertEquals(issued.leaf(), load(kind.name()).leaf());
        }
    }

    /// `openssl ecparam -genkey` puts the parameters first.
    @Test
    void readsAKeyBehindItsParameters() throws Exception {
        var issued = authority.issue(TrialCertificate.tls("example.com"), directory, "a");
        var info = PrivateKeyInfo.getInstance(issued.key().getEncoded());
        var parameters = info.getPrivateKeyAlgorithm().getParameters().toASN1Primitive();
        Files.writeString(
                directory.resolve("a.key"),
                pem("EC PARAMETERS", parameters.getEncoded()) + pem("EC PRIVATE KEY", older(info)));
        assertEquals(issued.leaf(), load("a").leaf());
    }

    @Test
    void saysWhatIsWrongWithAFile() throws Exception {
        authority.issue(TrialCertificate.tls("example.com"), directory, "a");
        authority.issue(TrialCertificate.tls("example.com"), directory, "b");
        var rsa = TrialCertificate.tls("example.com").withKey(Key.RSA_2048);
        authority.issue(rsa, directory, "r");
        Files.writeString(directory.resolve("empty"), "");
        write("broken", "CERTIFICATE", new byte[] {1, 2, 3});
        write("locked", "ENCRYPTED PRIVATE KEY", new byte[] {0x30, 0});
        refused("none.pem: does not exist", "none.pem", "a.key");
        refused("empty: holds no certificate", "empty", "a.key");
        refused("broken: holds a certificate that cannot be read", "broken", "a.key");
        refused("none.key: does not exist", "a.pem", "none.key");
        refused("empty: holds no private key", "a.pem", "empty");
        refused("a.pem: holds no private key", "a.pem", "a.pem");
        refused("locked: ", "a.pem", "locked");
        refused("b.key: is not the key of the first certificate", "a.pem", "b.key");
        refused("r.key: is not the key of the first certificate", "a.pem", "r.key");
        refused("a.key: is not the key of the first certificate", "r.pem", "a.key");
    }

    @Test
    void trustsOnlyAuthorities() throws Exception {
        authority.issue(TrialCertificate.tls("example.com"), directory, "a");
        var file = directory.resolve("a.pem").toString();
        var fault = assertThrows(CredentialException.class, () -> Credentials.trust(file));
        assertTrue(fault.getMessage().contains("holds a certificate that is no CA"));
    }

    @Test
    void neverWritesOverAFile() throws Exception {
        TrialAuthority.create(directory, "Trial CA", InstantSource.system());
        var before = Files.readString(directory.resolve(TrialAuthority.CERTIFICATE_FILE));
        assertThrows(
                FileAlreadyExistsException.class,
                () -> TrialAuthority.create(directory, "Trial CA", InstantSource.system()));
        assertEquals(before, Files.readString(directory.resolve(TrialAuthority.CERTIFICATE_FILE)));
        var again = TrialAuthority.open(directory, InstantSource.system());
        again.issue(TrialCertificate.smime("alice@example.com"))
                .leaf()
                .verify(again.certificate().getPublicKey());
    }

    @Test
    void keepsTheUsesOfKeysApart() {
        var sign = authority.issue(TrialCertificate.smime("a@b.org").withUse(Use.SMIME_SIGNING));
        var both = authority.issue(TrialCertificate.smime("b.org"));
        var rsa = authority.issue(TrialCertificate.smime("b.org").withKey(Key.RSA_2048));
        assertTrue(sign.leaf().getKeyUsage()[0] && !sign.leaf().getKeyUsage()[4]);
        assertTrue(both.leaf().getKeyUsage()[0] && both.leaf().getKeyUsage()[4]);
        assertTrue(rsa.leaf().getKeyUsage()[2] && !rsa.leaf().getKeyUsage()[0]);
        assertFalse(SipIdentity.fitForSip(both.leaf()));
        assertEquals(List.of(), SipIdentity.of(sign.leaf()));
    }

    @Test
    void neverShowsAKey() {
        var shown = authority.issue(TrialCertificate.tls("example.com")).toString();
        assertEquals("Credentials[CN=example.com]", shown);
    }

    private Credentials load(String name) throws CredentialException {
        return load(name + ".pem", name + ".key");
    }

    private Credentials load(String certificate, String key) throws CredentialException {
        return Credentials.load(
                directory.resolve(certificate).toString(),
                new SecretRef(SecretRef.Kind.FILE, directory.resolve(key).toString()));
    }

    private void refused(String sentence, String certificate, String key) {
        var fault = assertThrows(CredentialException.class, () -> load(certificate, key));
        assertTrue(fault.getMessage().contains(sentence), fault.getMessage());
        assertTrue(fault.getMessage().contains("expected"), fault.getMessage());
    }

    private void write(String file, String label, byte[] octets) throws Exception {
        Files.writeString(directory.resolve(file), pem(label, octets));
    }

    private static byte[] older(PrivateKeyInfo info) throws Exception {
        ASN1Encodable inner = info.parsePrivateKey();
        return inner.toASN1Primitive().getEncoded();
    }

    private static String pem(String label, byte[] octets) {
        var text = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(label, text.encodeToString(octets), label);
    }
}
