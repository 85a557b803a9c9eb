package org.surehop.adapter.mqtt;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLSocketFactory;
import org.awaitility.Awaitility;
import org.surehop.adapter.tls.BrokerSockets;
import org.surehop.adapter.tls.TrialAuthority;
import org.surehop.adapter.tls.TrialCertificate;
import org.surehop.core.config.Mqtt;
import org.surehop.core.config.SecretRef;

/// Debian's mosquitto with TLS on a free port of the loopback, and its `mosquitto_sub`.
final class Mosquitto implements AutoCloseable {
    static final SecretRef NO_SECRET = new SecretRef(SecretRef.Kind.ENV, "NONE");

    private final Path directory;
    final int port;
    private Optional<Process> broker = Optional.empty();

    private Mosquitto(Path directory, int port) {
        this.directory = directory;
        this.port = port;
    }

    /// Prepares; [#start] runs it.
    static Mosquitto prepare(Path directory) throws Exception {
        for (var command : List.of("/usr/sbin/mosquitto", "/usr/bin/mosquitto_sub")) {
            assumeTrue(Files.isExecutable(Path.of(command)), "not run: no " + command);
        }
        var authority = TrialAuthority.create(directory, "Broker CA", InstantSource.system());
        authority.issue(TrialCertificate.tls("localhost"), directory, "broker");
        authority.issue(TrialCertificate.tls("elsewhere.example"), directory, "wrong");
        var port = freePort();
        configure(directory, port, "broker");
        return new Mosquitto(directory, port);
    }

    private static void configure(Path directory, int port, String certificate) throws IOException {
        Files.writeString(
                directory.resolve("mosquitto.conf"),
                """
                user root
                listener %d 127.0.0.1
                allow_anonymous true
                cafile %s/ca.pem
                certfile %s/%s.pem
                keyfile %s/%s.key
                max_inflight_messages 5
                """
                        .formatted(
                                port, directory, directory, certificate, directory, certificate));
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    void showWrongCertificate() throws IOException {
        configure(directory, port, "wrong");
    }

    void start() throws IOException {
        broker =
                Optional.of(
                        new ProcessBuilder(
                                        "/usr/sbin/mosquitto",
                                        "-c",
                                        directory.resolve("mosquitto.conf").toString())
                                .redirectErrorStream(true)
                                .redirectOutput(
                                        ProcessBuilder.Redirect.appendTo(
                                                directory.resolve("broker.log").toFile()))
                                .start());
        Awaitility.await().until(this::listens);
    }

    private boolean listens() {
        try (var socket = new Socket("127.0.0.1", port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    void kill() {
        broker.ifPresent(process -> process.destroyForcibly().onExit().join());
        broker = Optional.empty();
    }

    /// A persistent subscriber: what it misses while the broker is up comes when it is back.
    Process subscribe(Path output, String... options) throws Exception {
        var line = new ArrayList<>(List.of("/usr/bin/mosquitto_sub", "-V", "mqttv5", "-q", "1"));
        line.addAll(List.of("-h", "localhost", "-p", String.valueOf(port)));
        line.addAll(List.of("--cafile", directory.resolve("ca.pem").toString()));
        line.addAll(List.of("-F", "%t\t%r\t%C\t%P\t%p"));
        line.addAll(List.of(options));
        return new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                .start();
    }

    Mqtt config() {
        return new Mqtt(
                true,
                "ssl://localhost:" + port,
                "gw-1",
                "surehop",
                "hotel",
                directory.resolve("ca.pem").toString(),
                "",
                NO_SECRET,
                "",
                NO_SECRET,
                Duration.ofSeconds(10));
    }

    SSLSocketFactory sockets() throws Exception {
        return BrokerSockets.of(config());
    }

    @Override
    public void close() {
        kill();
    }
}
