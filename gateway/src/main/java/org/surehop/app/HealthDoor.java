package org.surehop.app;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The Unix socket where `surehop health` asks: who connects gets the findings in lines
/// of text, and the end of the stream. One at a time, so that nobody can make the gateway call
/// itself without end; only the owner of the socket and root may connect.
final class HealthDoor implements AutoCloseable {
    static final String HEALTHY = "healthy";
    static final String ILL = "ill: ";

    private static final Logger LOG = LoggerFactory.getLogger(HealthDoor.class);
    private static final int WAITING = 4;

    private final Path path;
    private final Health health;
    private final ServerSocketChannel server;

    private HealthDoor(Path path, Health health, ServerSocketChannel server) {
        this.path = path;
        this.health = health;
        this.server = server;
    }

    /// Listens from now on; what a former run left there is taken away.
    static HealthDoor open(Path path, Health health) throws StartFault {
        try {
            Files.deleteIfExists(path);
            var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            server.bind(UnixDomainSocketAddress.of(path), WAITING);
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
            var door = new HealthDoor(path, health, server);
            Thread.ofPlatform().daemon().name("health").start(door::serve);
            return door;
        } catch (IOException | RuntimeException e) {
            throw new StartFault(
                    "upkeep.socket: "
                            + path
                            + ": cannot be made, expected a path of at most 100"
                            + " octets in a directory that can be written");
        }
    }

    private void serve() {
        while (server.isOpen()) {
            try (var asking = server.accept()) {
                var text = String.join("\n", health.lines()) + "\n";
                asking.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                LOG.debug("health cause={}", e.toString());
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                LOG.warn("health-failed", e);
            }
        }
    }

    @Override
    public void close() {
        try {
            server.close();
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.debug("health cause={}", e.toString());
        }
    }
}
