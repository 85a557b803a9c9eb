package org.surehop.adapter.nftables;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.surehop.core.report.Reason;
import org.surehop.core.sdp.Flow;

/// Deletes the connection-tracking entries of flows (MID-32), so that no established state of the
/// operator's rules outlives a pinhole and no stale one blocks a new pinhole. The kernel wants an
/// entry's whole tuple, and the source port is not known: the table is listed and matched here.
/// Speaks netlink (nfnetlink_conntrack) on a socket that belongs to its thread's namespace.
final class ConnectionTracking implements AutoCloseable {
    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW = 3;
    private static final int NETLINK_NETFILTER = 12;
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVTIMEO = 20;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int CT_GET = 0x0101;
    private static final int CT_DELETE = 0x0102;
    private static final int REQUEST = 1;
    private static final int ACK = 4;
    private static final int DUMP = 0x300;
    private static final int NLMSG_ERROR = 2;
    private static final int NLMSG_DONE = 3;
    private static final int HEADER = 16;
    private static final int FAMILY_HEADER = 4;
    private static final int ORIGINAL = 1;
    private static final int REPLY = 2;
    private static final int ENOENT = -2;

    private final NativeCalls calls;
    private final int descriptor;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment buffer = arena.allocate(65_536);
    private int sequence;

    ConnectionTracking(NativeCalls calls) throws FirewallFault {
        this.calls = calls;
        descriptor = calls.socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
        if (descriptor < 0) {
            arena.close();
            throw fault("no netlink socket");
        }
        // Two seconds: the kernel answers at once or never.
        var timeout = arena.allocate(16, 8);
        timeout.set(JAVA_LONG, 0, 2);
        calls.setSocketOption(descriptor, SOL_SOCKET, SO_RCVTIMEO, timeout);
    }

    /// Deletes what belongs to any of the flows, in either direction of its connection.
    void forget(Collection<Flow> flows) throws FirewallFault {
        for (int family : new int[] {AF_INET, AF_INET6}) {
            var wanted = flows.stream().filter(f -> family(f.source()) == family).toList();
            if (!wanted.isEmpty()) {
                for (byte[] tuple : matching(family, wanted)) {
                    delete(family, tuple);
                }
            }
        }
    }

    @Override
    public void close() {
        calls.close(descriptor);
        arena.close();
    }

    private List<byte[]> matching(int family, List<Flow> flows) throws FirewallFault {
        send(CT_GET, REQUEST | DUMP, family, new byte[0]);
        var found = new ArrayList<byte[]>();
        while (true) {
            var answer = receive();
            while (answer.remaining() >= HEADER) {
                var message = next(answer);
                int type = message.getShort(4) & 0xFFFF;
                if (type == NLMSG_DONE) {
                    return found;
                }
                if (type == NLMSG_ERROR) {
                    throw fault("connection tracking cannot be listed: " + message.getInt(HEADER));
                }
                matchingTuple(message, flows).ifPresent(found::add);
            }
        }
    }

    private static Optional<byte[]> matchingTuple(ByteBuffer message, List<Flow> flows) {
        message.position(HEADER + FAMILY_HEADER);
        var parts = Attribute.in(message);
        return parts.stream()
                .filter(p -> p.type() == ORIGINAL)
                .map(Attribute::value)
                .filter(
                        _ ->
                                parts.stream()
                                        .filter(p -> p.type() == ORIGINAL || p.type() == REPLY)
                                        .map(p -> Tuple.read(p.value()))
                                        .anyMatch(t -> flows.stream().anyMatch(t::isOf)))
                .findFirst();
    }

    private void delete(int family, byte[] tuple) throws FirewallFault {
        var attribute = little(4 + tuple.length);
        attribute.putShort((short) (4 + tuple.length)).putShort((short) (0x8000 | ORIGINAL));
        attribute.put(tuple);
        send(CT_DELETE, REQUEST | ACK, family, attribute.array());
        var message = next(receive());
        int code = message.getInt(HEADER);
        if (code != 0 && code != ENOENT) {
            throw fault("a connection-tracking entry cannot be deleted: " + code);
        }
    }

    private void send(int type, int flags, int family, byte[] attributes) throws FirewallFault {
        var message = little(HEADER + FAMILY_HEADER + attributes.length);
        message.putInt(message.capacity()).putShort((short) type).putShort((short) flags);
        message.putInt(++sequence).putInt(0);
        message.put((byte) family).put((byte) 0).putShort((short) 0).put(attributes);
        try (var local = Arena.ofConfined()) {
            var segment = local.allocateFrom(JAVA_BYTE, message.array());
            if (calls.send(descriptor, segment) != message.capacity()) {
                throw fault("netlink did not take a request");
            }
        }
    }

    private ByteBuffer receive() throws FirewallFault {
        long length = calls.receive(descriptor, buffer);
        if (length < HEADER) {
            throw fault("netlink did not answer");
        }
        var octets = buffer.asSlice(0, length).toArray(JAVA_BYTE);
        return ByteBuffer.wrap(octets).order(ByteOrder.LITTLE_ENDIAN);
    }

    /// Cuts one netlink message off; messages begin at multiples of four.
    private static ByteBuffer next(ByteBuffer answer) throws FirewallFault {
        int length = answer.getInt(answer.position());
        if (length < HEADER || length > answer.remaining()) {
            throw fault("netlink answered nonsense");
        }
        var message = answer.slice(answer.position(), length).order(ByteOrder.LITTLE_ENDIAN);
        answer.position(Math.min(answer.limit(), answer.position() + (length + 3 & ~3)));
        return message;
    }

    private static ByteBuffer little(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static int family(InetAddress address) {
        return address instanceof Inet4Address ? AF_INET : AF_INET6;
    }

    private static FirewallFault fault(String message) {
        return new FirewallFault(Reason.FIREWALL_FAILED, message);
    }

    /// One netlink attribute; the two high bits of the type are flags.
    private record Attribute(int type, byte[] value) {
        static List<Attribute> in(ByteBuffer octets) {
            var found = new ArrayList<Attribute>();
            while (octets.remaining() >= 4) {
                int length = octets.getShort(octets.position()) & 0xFFFF;
                if (length < 4 || length > octets.remaining()) {
                    return found;
                }
                int type = octets.getShort(octets.position() + 2) & 0x3FFF;
                var value = new byte[length - 4];
                octets.get(octets.position() + 4, value);
                found.add(new Attribute(type, value));
                octets.position(Math.min(octets.limit(), octets.position() + (length + 3 & ~3)));
            }
            return found;
        }

        Stream<Attribute> inside() {
            return in(ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN)).stream();
        }
    }

    /// CTA_TUPLE_IP (1: addresses 1 to 4) and CTA_TUPLE_PROTO (2: number 1, ports 2 and 3).
    private record Tuple(byte[] source, byte[] destination, int protocol, int from, int to) {
        static Tuple read(byte[] value) {
            byte[] source = {};
            byte[] destination = {};
            int protocol = 0;
            int from = 0;
            int to = 0;
            for (var part : new Attribute(0, value).inside().toList()) {
                for (var field : part.inside().toList()) {
                    switch (part.type() * 10 + field.type()) {
                        case 11, 13 -> source = field.value();
                        case 12, 14 -> destination = field.value();
                        case 21 -> protocol = field.value()[0] & 0xFF;
                        case 22 -> from = port(field.value());
                        case 23 -> to = port(field.value());
                        default -> {}
                    }
                }
            }
            return new Tuple(source, destination, protocol, from, to);
        }

        boolean isOf(Flow flow) {
            int wanted =
                    switch (flow.transport()) {
                        case UDP -> 17;
                        case TCP -> 6;
                    };
            return protocol == wanted
                    && to == flow.port()
                    && (flow.sourcePort() == 0 || flow.sourcePort() == from)
                    && Arrays.equals(source, flow.source().getAddress())
                    && Arrays.equals(destination, flow.destination().getAddress());
        }

        private static int port(byte[] value) {
            return ((value[0] & 0xFF) << 8) | (value[1] & 0xFF);
        }
    }
}
