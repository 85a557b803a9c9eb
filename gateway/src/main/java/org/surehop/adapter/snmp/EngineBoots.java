package org.surehop.adapter.snmp;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// The number of times that this SNMP engine has started (RFC 3414 §2.2): kept in a file, grown at
/// each start before the first message, and stuck at its maximum.
final class EngineBoots {
    private static final String FILE = "engine-boots";

    private EngineBoots() {}

    static int next(Path stateDirectory) throws SnmpFault {
        var file = stateDirectory.resolve(FILE);
        try {
            Files.createDirectories(stateDirectory);
            var boots = Files.exists(file) ? parse(file) : 0;
            var next = boots == Integer.MAX_VALUE ? boots : boots + 1;
            write(file, next);
            return next;
        } catch (IOException e) {
            throw new SnmpFault(
                    SnmpFault.Kind.STATE,
                    "snmp.state-directory: "
                            + stateDirectory
                            + " cannot be used: name a directory that the gateway can write.",
                    e);
        }
    }

    private static int parse(Path file) throws IOException, SnmpFault {
        var text = Files.readString(file).strip();
        try {
            var boots = Integer.parseInt(text);
            if (boots > 0) {
                return boots;
            }
        } catch (NumberFormatException e) {
            // Told below: a smaller number than the true one would let old messages in again.
        }
        throw new SnmpFault(
                SnmpFault.Kind.STATE,
                "snmp.state-directory: "
                        + file
                        + " holds no number from 1 to 2147483647: write one above the last known.");
    }

    private static void write(Path file, int boots) throws IOException {
        var fresh = file.resolveSibling(FILE + ".new");
        try (var channel =
                FileChannel.open(
                        fresh,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            var bytes = (boots + "\n").getBytes(StandardCharsets.US_ASCII);
            channel.write(ByteBuffer.wrap(bytes));
            channel.force(true);
        }
        Files.move(
                fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
