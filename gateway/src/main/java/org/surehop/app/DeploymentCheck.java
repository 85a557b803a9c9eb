package org.surehop.app;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.surehop.adapter.nftables.FirewallUnavailable;
import org.surehop.adapter.nftables.NftablesFirewall;
import org.surehop.adapter.tls.CredentialException;
import org.surehop.adapter.tls.Credentials;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.config.Pinholes;
import org.surehop.core.config.SecretRef;

/// Looks at the files, directories and variables that a configuration names. Nothing is
/// changed.
public final class DeploymentCheck {
    /// RFC 3414 §11.2 demands it of SNMP passphrases.
    private static final int SHORTEST_PASSPHRASE = 8;

    private final String file;
    private final InstantSource clock;
    private final List<Finding> findings = new ArrayList<>();

    private DeploymentCheck(String file, InstantSource clock) {
        this.file = file;
        this.clock = clock;
    }

    /// One sentence that names the configuration file, the key and the expected form. `absent`
    /// says that the thing is not there at all: of no weight where nothing is deployed yet.
    public record Finding(boolean absent, String sentence) {}

    /// All findings, in the order of the file; empty when the configuration can run here.
    public static List<Finding> of(Path file, GatewayConfig config, InstantSource clock) {
        var check = new DeploymentCheck(file.toString(), clock);
        check.listeners(config);
        check.tls(config);
        check.smime(config);
        check.archive(config);
        check.journal(config);
        check.snmp(config);
        check.mqtt(config);
        check.users(config);
        check.firewall(config);
        return List.copyOf(check.findings);
    }

    /// As `nft -c` does: the kernel looks at the whole table and makes nothing of it.
    private void firewall(GatewayConfig config) {
        if (config.pinholes().driver() == Pinholes.Driver.NFTABLES) {
            try {
                NftablesFirewall.check(config.pinholes());
            } catch (FirewallUnavailable e) {
                findings.add(new Finding(true, file + ": " + e.getMessage()));
            }
        }
    }

    private void listeners(GatewayConfig config) {
        for (int i = 0; i < config.listeners().size(); i++) {
            var address = InetAddress.ofLiteral(config.listeners().get(i).address());
            if (!address.isAnyLocalAddress() && !isOwn(address)) {
                var text = config.listeners().get(i).address();
                // Absent, not wrong: where nothing is deployed yet, nothing has that address.
                var sentence = text + ": is no address of this machine, expected one that is";
                findings.add(new Finding(true, say("listeners[" + i + "].address", sentence)));
            }
        }
    }

    private static boolean isOwn(InetAddress address) {
        try {
            // All of 127.0.0.0/8 is the loopback's, whatever the interface says.
            return address.isLoopbackAddress()
                    || NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException e) {
            return true;
        }
    }

    private void tls(GatewayConfig config) {
        pair("tls.key", config.tls().certificate(), config.tls().key());
        trust("tls.trust", config.tls().trust());
    }

    private void smime(GatewayConfig config) {
        var smime = config.smime();
        pair("smime.key", smime.certificate(), smime.key());
        pair("smime.signing-key", smime.signingCertificate(), smime.signingKey());
        var name = config.gateway().name();
        onlyOurs("smime.certificate", smime.certificate(), name);
        onlyOurs("smime.signing-certificate", smime.signingCertificate(), name);
        trust("smime.trust", smime.trust());
        if (smime.key().equals(smime.signingKey())
                && leaf(smime.certificate()) instanceof X509Certificate leaf
                && leaf.getPublicKey() instanceof RSAPublicKey) {
            fault(
                    "smime.signing-key",
                    "an RSA key that decrypts cannot sign, expected another key or an EC key");
        }
    }

    private void archive(GatewayConfig config) {
        var archive = config.services().archive();
        if (!archive.enabled()) {
            return;
        }
        var key = "services.archive.certificate";
        try {
            var leaf = Credentials.leaf(archive.certificate());
            if (Files.readString(Path.of(archive.certificate())).contains("PRIVATE KEY")) {
                fault(key, "expected a certificate alone: the archive's key belongs elsewhere");
            }
            for (var own : List.of(config.smime().certificate(), config.tls().certificate())) {
                if (leaf(own) instanceof X509Certificate mine
                        && mine.getPublicKey().equals(leaf.getPublicKey())) {
                    fault(
                            key,
                            "expected another key than the gateway's own, which must not open it");
                }
            }
        } catch (CredentialException e) {
            add(key, e);
        } catch (IOException e) {
            fault(key, archive.certificate() + ": cannot be read, expected a certificate");
        }
        // The store makes the directory itself when it only has to be made.
        var path = Path.of(archive.path());
        directory("services.archive.path", Files.exists(path) ? path : path.getParent());
    }

    private void journal(GatewayConfig config) {
        var path = Path.of(config.journal().path());
        var directory = path.getParent();
        directory("journal.path", directory);
        if (Files.exists(path) && !isJournal(path)) {
            fault("journal.path", path + ": is no SQLite file, expected one, or a new name");
        }
    }

    /// Empty, or with the first octets of an SQLite file.
    private static boolean isJournal(Path path) {
        try (var in = Files.newInputStream(path)) {
            var head = new String(in.readNBytes(15), StandardCharsets.US_ASCII);
            return head.isEmpty() || head.equals("SQLite format 3");
        } catch (IOException e) {
            return false;
        }
    }

    private void snmp(GatewayConfig config) {
        var snmp = config.snmp();
        if (!snmp.enabled()) {
            return;
        }
        // The agent makes the directory itself when it only has to be made.
        var state = Path.of(snmp.stateDirectory());
        directory("snmp.state-directory", Files.exists(state) ? state : state.getParent());
        for (int i = 0; i < snmp.users().size(); i++) {
            var user = snmp.users().get(i);
            secret("snmp.users[" + i + "].auth-passphrase", user.authPassphrase());
            secret("snmp.users[" + i + "].priv-passphrase", user.privPassphrase());
        }
    }

    private void mqtt(GatewayConfig config) {
        var mqtt = config.mqtt();
        if (!mqtt.enabled()) {
            return;
        }
        trust("mqtt.trust", mqtt.trust());
        if (!mqtt.certificate().isEmpty()) {
            pair("mqtt.key", mqtt.certificate(), mqtt.key());
        }
        if (!mqtt.password().name().isEmpty()) {
            readable("mqtt.password", mqtt.password(), 1);
        }
    }

    private void users(GatewayConfig config) {
        if (!config.authentication().users().name().isEmpty()) {
            readable("authentication.users", config.authentication().users(), 1);
            try {
                Door.accounts(config);
            } catch (StartFault e) {
                if (findings.stream().noneMatch(f -> f.sentence().contains("authentication."))) {
                    findings.add(new Finding(false, file + ": " + e.getMessage()));
                }
            }
        }
    }

    private void pair(String key, String certificate, SecretRef secret) {
        var prefix = key.substring(0, key.length() - "key".length());
        try {
            Credentials.leaf(certificate);
        } catch (CredentialException e) {
            add(prefix + "certificate", e);
        }
        try {
            var leaf = Credentials.load(certificate, secret).leaf();
            if (leaf.getNotAfter().before(Date.from(clock.instant()))) {
                fault(
                        prefix + "certificate",
                        certificate
                                + ": has expired on "
                                + leaf.getNotAfter().toInstant()
                                + ", expected a certificate that is valid now");
            }
        } catch (CredentialException e) {
            if (leaf(certificate) != null || !secretThere(secret)) {
                add(key, secretOnly(secret, e));
            }
        }
    }

    /// When the certificate is missing as well, the key is still looked at by itself.
    private static CredentialException secretOnly(SecretRef secret, CredentialException fault) {
        try {
            Credentials.key(secret);
            return fault;
        } catch (CredentialException e) {
            return e;
        }
    }

    private static boolean secretThere(SecretRef secret) {
        try {
            Credentials.key(secret);
            return true;
        } catch (CredentialException e) {
            return false;
        }
    }

    /// REQ-CONF-2: this gateway's own certificate, and nobody else's. Who encrypts for it looks for
    /// its name there (E2M-34).
    private void onlyOurs(String key, String certificate, String name) {
        var leaf = leaf(certificate);
        if (leaf == null) {
            return;
        }
        var users = Credentials.users(leaf);
        var form = ", expected a certificate of the gateway's own domain";
        if (!users.isEmpty()) {
            fault(key, certificate + ": names the user " + users.getFirst() + form);
        } else if (!Credentials.names(leaf, name)) {
            fault(key, certificate + ": does not name " + name + form + " (gateway.name)");
        }
    }

    private void trust(String key, String certificates) {
        try {
            Credentials.trust(certificates);
        } catch (CredentialException e) {
            add(key, e);
        }
    }

    private void secret(String key, SecretRef secret) {
        readable(key, secret, SHORTEST_PASSPHRASE);
    }

    private void readable(String key, SecretRef secret, int least) {
        try {
            var value =
                    switch (secret.kind()) {
                        case FILE -> Files.readString(Path.of(secret.name())).strip();
                        case ENV -> System.getenv().getOrDefault(secret.name(), "");
                    };
            if (secret.kind() == SecretRef.Kind.ENV && value.isEmpty()) {
                findings.add(
                        new Finding(true, say(key, secret + ": is not set, expected a secret")));
            } else if (value.getBytes(StandardCharsets.UTF_8).length < least) {
                fault(key, secret + ": is too short, expected at least " + least + " octets");
            }
        } catch (IOException | RuntimeException e) {
            var absent = !Files.exists(Path.of(secret.name()));
            var what = absent ? ": does not exist" : ": cannot be read";
            findings.add(new Finding(absent, say(key, secret + what + ", expected a secret")));
        }
    }

    private void directory(String key, @org.jspecify.annotations.Nullable Path directory) {
        if (directory == null || !Files.exists(directory)) {
            findings.add(
                    new Finding(
                            true, say(key, directory + ": does not exist, expected a directory")));
        } else if (!Files.isDirectory(directory) || !Files.isWritable(directory)) {
            fault(key, directory + ": cannot be written, expected a directory that can");
        }
    }

    private static @org.jspecify.annotations.Nullable X509Certificate leaf(String certificate) {
        try {
            return Credentials.leaf(certificate);
        } catch (CredentialException e) {
            return null;
        }
    }

    private void add(String key, CredentialException fault) {
        findings.add(new Finding(fault.absent(), say(key, String.valueOf(fault.getMessage()))));
    }

    private void fault(String key, String sentence) {
        findings.add(new Finding(false, say(key, sentence)));
    }

    private String say(String key, String sentence) {
        return file + ": " + key + ": " + sentence;
    }
}
