package org.surehop.adapter.snmp;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.surehop.core.config.SecretRef;
import org.surehop.core.config.Snmp;

/// The commands of net-snmp, an implementation that shares nothing with ours.
final class NetSnmp {
    static final String AUTH = "correct horse";
    static final String PRIV = "battery staple";
    static final Path MIBS =
            Path.of(System.getProperty("user.dir")).resolveSibling("mibs").toAbsolutePath();

    private NetSnmp() {}

    static void needs(String command) {
        var found =
                List.of("/usr/bin", "/usr/sbin", "/usr/local/bin").stream()
                        .anyMatch(d -> Files.isExecutable(Path.of(d, command)));
        assumeTrue(found, "not run: " + command + " is not installed");
    }

    static int freePort() throws IOException {
        try (var socket = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    static Snmp config(int port, Path state, List<Snmp.Receiver> receivers) {
        var auth = new SecretRef(SecretRef.Kind.ENV, "AUTH");
        var priv = new SecretRef(SecretRef.Kind.ENV, "PRIV");
        return new Snmp(
                true,
                "127.0.0.1",
                port,
                state.toString(),
                List.of(new Snmp.User("noc", auth, priv)),
                receivers,
                true);
    }

    static Function<SecretRef, Optional<String>> secrets() {
        return ref -> Optional.of(ref.name().equals("AUTH") ? AUTH : PRIV);
    }

    record Outcome(int exit, String output) {}

    /// Runs `snmpget`, `snmpwalk` and the like as the user `noc` with the usual options.
    static Outcome run(Path directory, String command, int port, String... rest) throws Exception {
        var line = new ArrayList<String>();
        line.addAll(List.of(command, "-v3", "-l", "authPriv", "-u", "noc", "-a", "SHA-256"));
        line.addAll(List.of("-A", AUTH, "-x", "AES", "-X", PRIV, "-t", "2", "-r", "1"));
        line.addAll(List.of("-M", MIBS.toString(), "-m", "SUREHOP-MIB", "127.0.0.1:" + port));
        line.addAll(List.of(rest));
        return run(directory, line);
    }

    static Outcome run(Path directory, List<String> line) throws Exception {
        Files.createDirectories(directory.resolve("cert_indexes"));
        var output = Files.createTempFile(directory, "out", ".txt");
        var builder = new ProcessBuilder(line).redirectErrorStream(true);
        builder.environment().put("SNMP_PERSISTENT_DIR", directory.toString());
        builder.environment().put("SNMPCONFPATH", directory.toString());
        var process = builder.redirectOutput(output.toFile()).start();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return new Outcome(process.waitFor(), Files.readString(output));
    }
}
