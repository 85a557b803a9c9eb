package org.surehop.adapter.nftables;

import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.surehop.core.sdp.Flow;

/// The kinds of sets, one for each thing that may be unknown of a sender (PIN-2), each for both
/// address families (MID-30).
enum FlowSet {
    FLOWS(true, false),
    EXACT(true, true),
    /// Whoever sends: each element has a rate of its own (PIN-25).
    ANYONE(false, false),
    ANYONE_PORT(false, true);

    private final boolean source;
    private final boolean sourcePort;

    FlowSet(boolean source, boolean sourcePort) {
        this.source = source;
        this.sourcePort = sourcePort;
    }

    /// The names of all sets.
    static List<String> names() {
        var names = new ArrayList<String>();
        for (var kind : values()) {
            names.add(kind.name(4));
            names.add(kind.name(6));
        }
        return List.copyOf(names);
    }

    static FlowSet of(Flow flow) {
        return Arrays.stream(values())
                .filter(k -> k.source != flow.fromAnyone())
                .filter(k -> k.sourcePort == (flow.sourcePort() != 0))
                .findFirst()
                .orElseThrow();
    }

    /// The set that holds a flow.
    static String nameFor(Flow flow) {
        return of(flow).name(flow.source() instanceof Inet4Address ? 4 : 6);
    }

    String name(int family) {
        return name().toLowerCase(Locale.ROOT) + family;
    }

    boolean isLimited() {
        return !source;
    }

    boolean namesSource() {
        return source;
    }

    boolean namesPort() {
        return sourcePort;
    }

    String type(int family) {
        var address = family == 4 ? "ipv4_addr . " : "ipv6_addr . ";
        return (source ? address : "")
                + address
                + "inet_proto . inet_service"
                + (sourcePort ? " . inet_service" : "");
    }

    /// Where a packet has what the elements name.
    String fields(int family) {
        var ip = family == 4 ? "ip " : "ip6 ";
        return (source ? ip + "saddr . " : "")
                + ip
                + "daddr . meta l4proto . th dport"
                + (sourcePort ? " . th sport" : "");
    }

    /// Where the answer to such a packet has it.
    String fieldsOfReply(int family) {
        var ip = family == 4 ? "ip " : "ip6 ";
        return (source ? ip + "daddr . " : "")
                + ip
                + "saddr . meta l4proto . th sport"
                + (sourcePort ? " . th dport" : "");
    }

    /// The element that stands for the flow.
    static String key(Flow flow) {
        return "%s%s . %s . %d%s"
                .formatted(
                        flow.fromAnyone() ? "" : flow.source().getHostAddress() + " . ",
                        flow.destination().getHostAddress(),
                        flow.transport().name().toLowerCase(Locale.ROOT),
                        flow.port(),
                        flow.sourcePort() == 0 ? "" : " . " + flow.sourcePort());
    }
}
