package org.surehop.adapter.nftables;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.surehop.core.report.Reason;

/// A socket to the kernel's netfilter parts. It belongs to the thread that opened it and to that
/// thread's network namespace.
final class NetlinkSocket implements AutoCloseable {
    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW = 3;
    private static final int NETLINK_NETFILTER = 12;
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVTIMEO = 20;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int SOL_NETLINK = 270;
    private static final int ADD_MEMBERSHIP = 1;
    private static final int ADDRESS_LENGTH = 12;
    private static final int REQUEST = 1;
    private static final int ACK = 4;
    private static final int DUMP = 0x300;
    private static final int ERROR = 2;
    private static final int DONE = 3;
    private static final int EAGAIN = 11;
    private static final int EINTR = 4;

    /// Octets before the attributes of a message: its own header and that of netfilter.
    static final int HEADERS = 20;

    private static final int HEADER = 16;
    private static final int TYPE = 4;
    private static final int SEQUENCE = 8;

    private final NativeCalls calls;
    private final int descriptor;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment buffer = arena.allocate(65_536);
    private int sequence;

    NetlinkSocket(NativeCalls calls) throws FirewallFault {
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

    /// From now on the kernel tells us what the group is told; `octets` of it may wait.
    void join(int group, int octets) throws FirewallFault {
        var number = arena.allocate(JAVA_INT);
        number.set(JAVA_INT, 0, octets);
        calls.setSocketOption(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, number);
        var address = arena.allocate(ADDRESS_LENGTH, 4);
        address.set(JAVA_SHORT, 0, (short) AF_NETLINK);
        number.set(JAVA_INT, 0, group);
        if (calls.bind(descriptor, address) != 0
                || calls.setSocketOption(descriptor, SOL_NETLINK, ADD_MEMBERSHIP, number) != 0) {
            throw fault("the kernel does not tell of changes");
        }
    }

    /// Asks for a listing and gives each of its messages.
    void list(int type, int family, byte[] attributes, Consumer<ByteBuffer> each)
            throws FirewallFault {
        send(type, REQUEST | DUMP, family, attributes);
        while (true) {
            for (var message : receive()) {
                switch (message.getShort(TYPE) & 0xFFFF) {
                    case DONE -> {
                        return;
                    }
                    case ERROR -> throw fault("a listing is refused: " + message.getInt(HEADER));
                    default -> each.accept(message);
                }
            }
        }
    }

    /// Asks for something to be done.
    ///
    /// @return 0, or the number of the error, negative
    int command(int type, int family, byte[] attributes) throws FirewallFault {
        send(type, REQUEST | ACK, family, attributes);
        var answers = receive();
        while (answers.isEmpty()) {
            answers = receive();
        }
        return answers.getFirst().getInt(HEADER);
    }

    /// Asks for one thing; empty when the kernel has it not.
    Optional<ByteBuffer> answer(int type, int family, byte[] attributes) throws FirewallFault {
        send(type, REQUEST, family, attributes);
        var answers = receive();
        while (answers.isEmpty()) {
            answers = receive();
        }
        var first = answers.getFirst();
        return (first.getShort(TYPE) & 0xFFFF) == ERROR ? Optional.empty() : Optional.of(first);
    }

    /// What the kernel has told and nobody has read, without waiting; empty when that is all.
    ///
    /// @throws FirewallFault when some of it was lost
    List<ByteBuffer> told() throws FirewallFault {
        long length = calls.receiveNow(descriptor, buffer);
        if (length == -EAGAIN || length == -EINTR) {
            return List.of();
        }
        if (length < HEADER) {
            throw fault("what the kernel told was lost");
        }
        return messages(length);
    }

    @Override
    public void close() {
        calls.close(descriptor);
        arena.close();
    }

    private void send(int type, int flags, int family, byte[] attributes) throws FirewallFault {
        var message = ByteBuffer.allocate(HEADERS + attributes.length);
        message.order(ByteOrder.nativeOrder());
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

    /// The next answers to the last request; those to an earlier one that was given up are left.
    private List<ByteBuffer> receive() throws FirewallFault {
        long length = calls.receive(descriptor, buffer);
        if (length < HEADER) {
            throw fault("netlink did not answer");
        }
        return messages(length).stream().filter(m -> m.getInt(SEQUENCE) == sequence).toList();
    }

    private List<ByteBuffer> messages(long length) throws FirewallFault {
        var octets = buffer.asSlice(0, length).toArray(JAVA_BYTE);
        var found = new ArrayList<ByteBuffer>();
        int at = 0;
        while (octets.length - at >= HEADER) {
            var rest = ByteBuffer.wrap(octets, at, octets.length - at).slice();
            int size = rest.order(ByteOrder.nativeOrder()).getInt(0);
            if (size < HEADER || size > rest.remaining()) {
                throw fault("netlink answered nonsense");
            }
            found.add(rest.slice(0, size).order(ByteOrder.nativeOrder()));
            at += NetlinkAttribute.padded(size);
        }
        return found;
    }

    private static FirewallFault fault(String message) {
        return new FirewallFault(Reason.FIREWALL_FAILED, message);
    }
}
