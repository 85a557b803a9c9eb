package org.surehop.adapter.pcp;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;

/// A MAP request (RFC 6887 §11.1) for a port of an inside host. The box upstream must give the very
/// address and port that stand in the description, which nobody may rewrite, or refuse
/// (PREFER_FAILURE, D9). With a lifetime of zero it takes the mapping back.
///
/// @param client our own address on the way to the server: without THIRD_PARTY the mapping is ours
/// @param anew whether filters that the server may know from before are to go first
record MapRequest(
        Nonce nonce,
        Mapping.Key key,
        Duration lifetime,
        InetAddress client,
        boolean anew,
        List<Filter> filters) {
    /// As many as fit into one message beside the other options.
    static final int MOST_FILTERS = 40;

    private static final int WHOLE_ADDRESS = 128;

    /// Who may send (RFC 6887 §13.3); port 0 is any.
    record Filter(InetAddress peer, int port) {}

    MapRequest {
        filters = List.copyOf(filters);
    }

    byte[] octets() {
        var to = ByteBuffer.allocate(Wire.LONGEST);
        header(to, Wire.MAP, lifetime, client);
        nonce.write(to);
        to.put((byte) Wire.protocol(key.transport())).put(new byte[3]);
        to.putShort((short) key.port());
        if (lifetime.isZero()) {
            to.putShort((short) 0);
            Wire.address(to, InetAddress.ofLiteral("::"));
        } else {
            to.putShort((short) key.port());
            Wire.address(to, key.inside());
        }
        if (!key.inside().equals(client)) {
            option(to, Wire.THIRD_PARTY, Wire.ADDRESS);
            Wire.address(to, key.inside());
        }
        if (!lifetime.isZero()) {
            option(to, Wire.PREFER_FAILURE, 0);
            filters(to);
        }
        return written(to);
    }

    private void filters(ByteBuffer to) {
        if (anew) {
            filter(to, 0, 0, InetAddress.ofLiteral("::"));
        }
        for (var one : filters) {
            filter(to, WHOLE_ADDRESS, one.port(), one.peer());
        }
    }

    private static void filter(ByteBuffer to, int prefix, int port, InetAddress peer) {
        option(to, Wire.FILTER, 4 + Wire.ADDRESS);
        to.put((byte) 0).put((byte) prefix).putShort((short) port);
        Wire.address(to, peer);
    }

    private static void option(ByteBuffer to, int code, int length) {
        to.put((byte) code).put((byte) 0).putShort((short) length);
    }

    /// Asks the server for a sign of life (RFC 6887 §14.1): its epoch comes with the reply.
    static byte[] announce(InetAddress client) {
        var to = ByteBuffer.allocate(Wire.HEADER);
        header(to, Wire.ANNOUNCE, Duration.ZERO, client);
        return written(to);
    }

    private static void header(ByteBuffer to, int opcode, Duration lifetime, InetAddress client) {
        to.put((byte) Wire.VERSION).put((byte) opcode).putShort((short) 0);
        to.putInt((int) lifetime.toSeconds());
        Wire.address(to, client);
    }

    private static byte[] written(ByteBuffer to) {
        var octets = new byte[to.position()];
        to.flip().get(octets);
        return octets;
    }
}
