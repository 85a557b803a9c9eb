package org.surehop.adapter.nftables;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.surehop.core.pinhole.FlowCounter;
import org.surehop.core.sdp.Flow;

/// Reads elements and their counters from the kernel as it keeps them. libnftables reads a whole
/// set, and prints it, to say what one element has counted: far too slow with 25,000 of them.
final class SetReader implements AutoCloseable {
    private static final int GET = (10 << 8) | 13; // NFNL_SUBSYS_NFTABLES, NFT_MSG_GETSETELEM
    private static final int INET = 1; // NFPROTO_INET
    private static final int TABLE = 1;
    private static final int SET = 2;
    private static final int ELEMENTS = 3;
    private static final int ELEMENT = 1;
    private static final int KEY = 1;
    private static final int EXPIRES = 5;
    private static final int COMMENT = 6;
    private static final int EXPRESSION = 7;
    private static final int EXPRESSIONS = 11;
    private static final int NAME = 1;
    private static final int DATA = 2;
    private static final int BYTES = 1;
    private static final int PACKETS = 2;
    private static final int FIELD = 4; // each part of a key fills words of four octets

    private final NetlinkSocket socket;
    private final String table;

    /// An element: whole milliseconds until it ends, and its comment, empty without one.
    record Element(FlowCounter counter, long expiresIn, String comment) {}

    SetReader(NativeCalls calls, String table) throws FirewallFault {
        this.table = table;
        socket = new NetlinkSocket(calls);
    }

    /// All elements of all sets.
    List<Element> all() throws FirewallFault {
        var found = new ArrayList<Element>();
        for (var kind : FlowSet.values()) {
            for (int family : new int[] {4, 6}) {
                var asked = place(kind.name(family));
                socket.list(GET, INET, asked, m -> elements(m, kind, family, found::add));
            }
        }
        return found;
    }

    /// One element, if it is there.
    Optional<Element> one(Flow flow) throws FirewallFault {
        var kind = FlowSet.of(flow);
        int family = flow.destination().getAddress().length == FIELD ? 4 : 6;
        var key = NetlinkAttribute.nested(KEY, NetlinkAttribute.of(1, key(kind, flow)));
        var asked =
                NetlinkAttribute.join(
                        place(kind.name(family)),
                        NetlinkAttribute.nested(ELEMENTS, NetlinkAttribute.nested(ELEMENT, key)));
        var found = new ArrayList<Element>();
        socket.answer(GET, INET, asked).ifPresent(m -> elements(m, kind, family, found::add));
        return found.stream().findFirst();
    }

    @Override
    public void close() {
        socket.close();
    }

    private byte[] place(String set) {
        return NetlinkAttribute.join(
                NetlinkAttribute.of(TABLE, name(table)), NetlinkAttribute.of(SET, name(set)));
    }

    private static byte[] name(String name) {
        return (name + "\0").getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] key(FlowSet kind, Flow flow) {
        var destination = flow.destination().getAddress();
        var key = ByteBuffer.allocate(2 * destination.length + 3 * FIELD);
        if (kind.namesSource()) {
            key.put(flow.source().getAddress());
        }
        key.put(destination);
        key.put((byte) FlowIndex.protocol(flow)).put(new byte[FIELD - 1]);
        key.putShort((short) flow.port()).putShort((short) 0);
        if (kind.namesPort()) {
            key.putShort((short) flow.sourcePort()).putShort((short) 0);
        }
        return Arrays.copyOf(key.array(), key.position());
    }

    private static void elements(
            ByteBuffer message, FlowSet kind, int family, Consumer<Element> each) {
        message.position(NetlinkSocket.HEADERS);
        for (var list : NetlinkAttribute.in(message)) {
            if (list.type() == ELEMENTS) {
                for (var element : list.inside()) {
                    element(element, kind, family).ifPresent(each);
                }
            }
        }
    }

    private static Optional<Element> element(NetlinkAttribute element, FlowSet kind, int family) {
        Optional<Flow> flow = Optional.empty();
        long expires = 0;
        var comment = "";
        long[] counted = {0, 0};
        for (var part : element.inside()) {
            switch (part.type()) {
                case KEY -> flow = flow(part.inside(), kind, family);
                case EXPIRES -> expires = number(part);
                case COMMENT -> comment = comment(part.value());
                case EXPRESSION -> count(part, counted);
                case EXPRESSIONS -> part.inside().forEach(e -> count(e, counted));
                default -> {}
            }
        }
        long end = expires;
        var said = comment;
        return flow.map(f -> new Element(new FlowCounter(f, counted[0], counted[1]), end, said));
    }

    private static Optional<Flow> flow(List<NetlinkAttribute> key, FlowSet kind, int family) {
        try {
            var octets = ByteBuffer.wrap(key.getFirst().value());
            var source = new byte[family == 4 ? 4 : 16];
            if (kind.namesSource()) {
                octets.get(source);
            }
            var destination = new byte[source.length];
            octets.get(destination);
            var transport = octets.get() == 6 ? Flow.Transport.TCP : Flow.Transport.UDP;
            octets.position(octets.position() + FIELD - 1);
            int port = octets.getShort() & 0xFFFF;
            octets.getShort();
            int sourcePort = kind.namesPort() ? octets.getShort() & 0xFFFF : 0;
            return Optional.of(
                    new Flow(
                            transport,
                            InetAddress.getByAddress(source),
                            sourcePort,
                            InetAddress.getByAddress(destination),
                            port));
        } catch (UnknownHostException | RuntimeException e) {
            // Somebody else's element, of a form that ours never have.
            return Optional.empty();
        }
    }

    private static void count(NetlinkAttribute expression, long[] counted) {
        var parts = expression.inside();
        if (parts.stream().anyMatch(p -> p.type() == NAME && p.text().equals("counter"))) {
            for (var part : parts) {
                if (part.type() == DATA) {
                    counted[0] = value(part.inside(), PACKETS).orElse(0);
                    counted[1] = value(part.inside(), BYTES).orElse(0);
                }
            }
        }
    }

    private static OptionalLong value(List<NetlinkAttribute> parts, int type) {
        return parts.stream()
                .filter(p -> p.type() == type)
                .mapToLong(SetReader::number)
                .findFirst();
    }

    private static long number(NetlinkAttribute attribute) {
        return attribute.value().length == 8 ? ByteBuffer.wrap(attribute.value()).getLong() : 0;
    }

    /// The library keeps a comment as type 0, length and text.
    private static String comment(byte[] kept) {
        if (kept.length < 3 || kept[0] != 0) {
            return "";
        }
        int length = Math.min(kept[1] & 0xFF, kept.length - 2);
        return new String(kept, 2, length, StandardCharsets.US_ASCII).replace("\0", "");
    }
}
