package org.surehop.adapter.nftables;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.surehop.core.report.Reason;
import org.surehop.core.sdp.Flow;

/// Deletes the connection-tracking entries of flows (MID-32), so that no established state of the
/// operator's rules outlives a pinhole and no stale one blocks a new pinhole. The kernel wants an
/// entry's whole tuple. Where the source port is not known, it is asked for the entries between
/// two addresses (CTA_FILTER, Linux 5.8); an older kernel lists all of them.
final class ConnectionTracking implements AutoCloseable {
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int CT_GET = 0x0101;
    private static final int CT_DELETE = 0x0102;
    private static final int ORIGINAL = 1;
    private static final int REPLY = 2;
    private static final int FILTER = 25;
    private static final int ENOENT = -2;

    /// More questions than this cost the kernel more than one listing of everything.
    private static final int MOST_QUESTIONS = 12;

    private final NetlinkSocket socket;
    private final boolean filters;

    ConnectionTracking(NativeCalls calls) throws FirewallFault {
        this(calls, true);
    }

    /// With `mayAsk` false as on a kernel that only lists everything.
    ConnectionTracking(NativeCalls calls, boolean mayAsk) throws FirewallFault {
        socket = new NetlinkSocket(calls);
        filters = mayAsk && knowsFilters();
    }

    /// Whether this kernel can be asked for some of the entries only.
    boolean filters() {
        return filters;
    }

    /// Deletes what belongs to any of the flows, in either direction of its connection.
    void forget(Collection<Flow> flows) throws FirewallFault {
        var byPorts = new ArrayList<Flow>();
        var open = new ArrayList<Flow>();
        for (var flow : flows) {
            (flow.fromAnyone() || flow.sourcePort() == 0 ? open : byPorts).add(flow);
        }
        for (var flow : byPorts) {
            delete(family(flow.destination()), tuple(ORIGINAL, flow));
        }
        var index = new FlowIndex(open);
        for (int family : new int[] {AF_INET, AF_INET6}) {
            var wanted = open.stream().filter(f -> family(f.destination()) == family).toList();
            for (byte[] tuple : matching(family, index, questions(wanted))) {
                delete(family, tuple);
            }
        }
    }

    @Override
    public void close() {
        socket.close();
    }

    /// An unknown flag is refused by who knows filters; who does not lists everything.
    private boolean knowsFilters() throws FirewallFault {
        try {
            var all = NetlinkAttribute.nested(FILTER, NetlinkAttribute.of(1, flags(1 << 31)));
            socket.list(CT_GET, AF_INET, all, _ -> {});
            return false;
        } catch (FirewallFault e) {
            return true;
        }
    }

    /// The fewest listings that show all entries of the flows: what they have in common, asked
    /// once for either direction.
    private Set<Question> questions(List<Flow> flows) {
        var questions = new LinkedHashSet<Question>();
        for (var flow : flows) {
            questions.add(Question.about(flow));
            if (!filters || questions.size() > MOST_QUESTIONS) {
                return Set.of(Question.EVERYTHING);
            }
        }
        return questions;
    }

    private List<byte[]> matching(int family, FlowIndex index, Set<Question> questions)
            throws FirewallFault {
        var found = new ArrayList<byte[]>();
        for (var question : questions) {
            for (var attributes : question.listings()) {
                socket.list(CT_GET, family, attributes, m -> addMatching(m, index, found));
            }
        }
        return found;
    }

    private static void addMatching(ByteBuffer message, FlowIndex index, List<byte[]> found) {
        message.position(NetlinkSocket.HEADERS);
        byte[] original = {};
        boolean wanted = false;
        for (var part : NetlinkAttribute.in(message)) {
            if (part.type() == ORIGINAL || part.type() == REPLY) {
                wanted |= index.holds(Tuple.read(part));
                original = part.type() == ORIGINAL ? part.value() : original;
            }
        }
        if (wanted) {
            found.add(NetlinkAttribute.nested(ORIGINAL, original));
        }
    }

    private void delete(int family, byte[] tuple) throws FirewallFault {
        int code = socket.command(CT_DELETE, family, tuple);
        if (code != 0 && code != ENOENT) {
            throw new FirewallFault(
                    Reason.FIREWALL_FAILED,
                    "a connection-tracking entry cannot be deleted: " + code);
        }
    }

    /// A flow as a tuple: addresses are numbers 1 to 4 of part 1, protocol and ports of part 2.
    private static byte[] tuple(int direction, Flow flow) {
        int first = flow.destination() instanceof Inet4Address ? 1 : 3;
        return NetlinkAttribute.nested(
                direction,
                NetlinkAttribute.nested(
                        1,
                        NetlinkAttribute.of(first, flow.source().getAddress()),
                        NetlinkAttribute.of(first + 1, flow.destination().getAddress())),
                NetlinkAttribute.nested(
                        2,
                        NetlinkAttribute.of(1, (byte) FlowIndex.protocol(flow)),
                        NetlinkAttribute.port(2, flow.sourcePort()),
                        NetlinkAttribute.port(3, flow.port())));
    }

    private static byte[] flags(int flags) {
        return ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(flags).array();
    }

    private static int family(InetAddress address) {
        return address instanceof Inet4Address ? AF_INET : AF_INET6;
    }

    /// What the kernel is asked to show: the fields of a flow that the flags name.
    private record Question(int flags, List<byte[]> listings) {
        private static final int SOURCE = 1;
        private static final int DESTINATION = 2;
        private static final int PROTOCOL = 8;
        private static final int PORT = 32;

        static final Question EVERYTHING = new Question(0, List.of(new byte[0]));

        static Question about(Flow flow) {
            int flags = flow.fromAnyone() ? PORT : SOURCE;
            flags |= DESTINATION | PROTOCOL;
            int port = flow.fromAnyone() ? flow.port() : 1;
            var asked = new Flow(flow.transport(), flow.source(), 0, flow.destination(), port);
            return new Question(
                    flags, List.of(listing(ORIGINAL, asked, flags), listing(REPLY, asked, flags)));
        }

        private static byte[] listing(int direction, Flow flow, int flags) {
            return NetlinkAttribute.join(
                    tuple(direction, flow),
                    NetlinkAttribute.nested(
                            FILTER,
                            NetlinkAttribute.of(direction, ConnectionTracking.flags(flags))));
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Question(var f, var l)
                    && f == flags
                    && l.size() == listings.size()
                    && java.util.Arrays.equals(l.getFirst(), listings.getFirst());
        }

        @Override
        public int hashCode() {
            return java.util.Arrays.hashCode(listings.getFirst());
        }
    }
}
