package org.surehop.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The command: what it says, where, and its exit code.
class CommandLineTest {
    /// Made once: RSA keys take their time.
    @TempDir static Path authority;

    @TempDir Path directory;

    @BeforeAll
    static void onePki() {
        var nowhere = new PrintWriter(new StringWriter());
        assertEquals(
                0,
                Main.run(
                        nowhere,
                        nowhere,
                        "pki",
                        "init",
                        authority.toString(),
                        "--domain",
                        "gw.example.net",
                        "--user",
                        "alice@example.com",
                        "--rsa",
                        "2048"));
    }

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void shippedConfigurationIsGoodInFormAndMeaning() {
        assertEquals(0, run("check-config", "../config/surehop.yaml"));
        assertTrue(out.toString().contains("good"), out.toString());
        assertEquals("", err.toString());
    }

    @Test
    void aFaultInTheFileIsExitCodeTwo() throws Exception {
        var file = config("t1: 500ms", "t1: never");
        assertEquals(2, run("check-config", file.toString()));
        assertTrue(err.toString().startsWith(file + ": timers.t1: expected a duration"));
        assertEquals(1, err.toString().lines().count());
        assertEquals(2, run("check-config", directory.resolve("none").toString()));
    }

    @Test
    void aMissingKeyFileIsANoteUntilDeployed() throws Exception {
        var file = config("file:pki/gw.example.net/tls.key", "file:pki/gone.key");
        assertEquals(0, run("check-config", file.toString()));
        assertTrue(out.toString().contains("note: " + file + ": tls.key: "), out.toString());
        assertEquals(2, run("check-config", "--deploy", file.toString()));
        assertTrue(err.toString().contains("gone.key: does not exist, expected an unencrypted"));
        assertEquals(1, err.toString().lines().count(), err.toString());
    }

    @Test
    void aCompleteDeploymentIsGood() throws Exception {
        var file = config("", "");
        assertEquals(0, run("check-config", "--deploy", file.toString()), err.toString());
        assertTrue(out.toString().contains("everything that it names is here"));
    }

    @Test
    void aKeyOfAnotherCertificateIsAlwaysAFault() throws Exception {
        var file = config("file:pki/gw.example.net/tls.key", "file:pki/gw.example.net/smime.key");
        assertEquals(2, run("check-config", file.toString()));
        assertTrue(err.toString().contains(file + ": tls.key: file:"), err.toString());
        assertTrue(err.toString().contains("is not the key of the first certificate"));
    }

    /// A gateway that holds the key of a user could read what was never shared (REQ-CONF-2).
    @Test
    void theKeyOfAUserAgentIsAlwaysAFault() throws Exception {
        var file = config("pki/gw.example.net/smime.", "pki/alice@example.com/smime.");
        assertEquals(2, run("check-config", file.toString()));
        assertTrue(err.toString().contains("smime.certificate: "), err.toString());
        assertTrue(err.toString().contains("names the user sip:alice@example.com, expected"));
    }

    /// Nor of anybody else: whoever encrypts for this gateway looks for its name.
    @Test
    void theKeyOfAnotherDomainIsAlwaysAFault() throws Exception {
        var file = config("name: gw.example.net", "name: other.example.net");
        assertEquals(2, run("check-config", file.toString()));
        assertTrue(err.toString().contains("smime.certificate: "), err.toString());
        assertTrue(err.toString().contains("does not name other.example.net, expected"));
    }

    @Test
    void anRsaKeyThatDecryptsMayNotSign() throws Exception {
        var file = config("/smime.", "/smime-rsa.");
        assertEquals(2, run("check-config", file.toString()));
        assertTrue(err.toString().contains("smime.signing-key: an RSA key that decrypts"));
    }

    @Test
    void trustWithoutAnAuthorityIsAFault() throws Exception {
        var file = config("trust: pki/ca.pem", "trust: pki/gw.example.net/tls.pem");
        assertEquals(2, run("check-config", file.toString()));
        assertTrue(err.toString().contains("tls.trust: "), err.toString());
    }

    @Test
    void aShortPassphraseIsAFaultAndIsNotShown() throws Exception {
        Files.writeString(directory.resolve("short"), "hunter2\n");
        var file = config("enabled: false\n  address", "enabled: true\n  address");
        var text = Files.readString(file).replace("/etc/surehop/snmp-auth", "short");
        Files.writeString(file, text);
        assertEquals(2, run("check-config", file.toString()));
        assertTrue(
                err.toString().contains("is too short, expected at least 8 octets"),
                err.toString());
        assertFalse((err.toString() + out).contains("hunter2"));
    }

    @Test
    void pkiNeverWritesOverAFile() throws Exception {
        assertEquals(0, pki());
        var key = directory.resolve("pki/gw.example.net/tls.key");
        var before = Files.readString(key);
        assertEquals(1, run("pki", "init", directory.resolve("pki").toString()));
        assertTrue(err.toString().contains("exists, nothing was written"));
        assertEquals(before, Files.readString(key));
        assertEquals(0, run("pki", "init", pkiDirectory(), "--domain", "later.example"));
        assertEquals(0, run("pki", "show", pkiDirectory()));
        assertTrue(out.toString().contains("sip:later.example, later.example"), out.toString());
        assertTrue(out.toString().contains("sip:alice@example.com"));
    }

    @Test
    void pkiRefusesNamesThatLeaveItsDirectory() {
        assertEquals(2, run("pki", "init", pkiDirectory(), "--domain", "../etc"));
        assertEquals(2, run("pki", "init", pkiDirectory(), "--user", "a/../b@c"));
        assertEquals(2, run("pki", "init", pkiDirectory(), "--rsa", "1024"));
        assertEquals(1, run("pki", "show", directory.resolve("none").toString()));
    }

    @Test
    void helpAndVersionAreNoFailuresAndWrongUseIs() {
        assertEquals(0, run("--help"));
        assertEquals(0, run("--version"));
        assertTrue(out.toString().contains("surehop "));
        assertEquals(0, run("check-config", "--help"));
        assertEquals(2, run());
        assertEquals(2, run("nonsense"));
        assertEquals(2, run("check-config"));
        assertEquals(2, run("check-config", "--nonsense", "x"));
        assertEquals(2, run("pki"));
    }

    private String pkiDirectory() {
        return directory.resolve("pki").toString();
    }

    private int pki() {
        return run(
                "pki",
                "init",
                pkiDirectory(),
                "--domain",
                "gw.example.net",
                "--user",
                "alice@example.com");
    }

    /// A whole deployment in a directory, with relative paths and one thing changed.
    private Path config(String before, String after) throws Exception {
        Files.createSymbolicLink(directory.resolve("pki"), authority);
        Files.createDirectories(directory.resolve("state"));
        var shipped = Files.readString(Path.of("../config/surehop.yaml"));
        var text =
                shipped.replace("/etc/surehop/tls.", "pki/gw.example.net/tls.")
                        .replace("/etc/surehop/smime.", "pki/gw.example.net/smime.")
                        .replace("/etc/surehop/trust.pem", "pki/ca.pem")
                        .replace("/etc/surehop/smime-trust.pem", "pki/ca.pem")
                        .replace("/var/lib/surehop/", "state/")
                        .replace(before, after);
        var file = directory.resolve("surehop.yaml");
        Files.writeString(file, text);
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return file;
    }

    private int run(String... arguments) {
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }
}
