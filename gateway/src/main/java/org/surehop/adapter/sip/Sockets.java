package org.surehop.adapter.sip;

import java.io.IOException;
import java.net.Socket;

/// How a TCP connection ends, whatever runs on it.
final class Sockets {
    private Sockets() {}

    /// Ends our direction.
    static void finish(Socket raw) {
        try {
            raw.shutdownOutput();
        } catch (IOException e) {
            cut(raw);
        }
    }

    /// Reads and forgets what the peer still sends: closing on unread octets would reset the
    /// connection and could destroy the answer before the peer reads it.
    static void drain(Socket raw, int most) throws IOException {
        var in = raw.getInputStream();
        var waste = new byte[4096];
        for (int sum = 0; sum < most; ) {
            var read = in.read(waste);
            if (read < 0) {
                return;
            }
            sum += read;
        }
    }

    /// Ends both directions at once.
    static void cut(Socket raw) {
        try {
            raw.close();
        } catch (IOException e) {
            // Closed is closed.
        }
    }
}
