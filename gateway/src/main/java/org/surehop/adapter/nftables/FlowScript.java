package org.surehop.adapter.nftables;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.surehop.core.config.Pinholes;
import org.surehop.core.config.Prefix;
import org.surehop.core.pinhole.FlowCounter;
import org.surehop.core.sdp.Flow;

/// The words of nft for our table, made from typed values only: a command string is a language, so
/// nothing that came over the network as text may enter it.
final class FlowScript {
    /// Our table, whole: name, set size, the inside of both families, the lowest media port.
    private static final String WHOLE_TABLE =
            """
        add table inet %1$s
        delete table inet %1$s
        table inet %1$s {
            set flows4 {
                type ipv4_addr . ipv4_addr . inet_proto . inet_service
                size %2$d
                flags timeout
                counter
            }
            set flows6 {
                type ipv6_addr . ipv6_addr . inet_proto . inet_service
                size %2$d
                flags timeout
                counter
            }
            set exact4 {
                type ipv4_addr . ipv4_addr . inet_proto . inet_service . inet_service
                size %2$d
                flags timeout
                counter
            }
            set exact6 {
                type ipv6_addr . ipv6_addr . inet_proto . inet_service . inet_service
                size %2$d
                flags timeout
                counter
            }
            set inside4 {
                type ipv4_addr
                flags interval
                auto-merge%3$s
            }
            set inside6 {
                type ipv6_addr
                flags interval
                auto-merge%4$s
            }
            chain media {
                th dport < %5$d return
                ct direction reply th sport < %5$d return
                ip saddr @inside4 ip daddr @inside4 return
                ip6 saddr @inside6 ip6 daddr @inside6 return
                ip saddr @inside4 counter drop
                ip daddr @inside4 counter drop
                ip6 saddr @inside6 counter drop
                ip6 daddr @inside6 counter drop
            }
            chain forward {
                type filter hook forward priority filter; policy accept;
                ip saddr . ip daddr . meta l4proto . th dport @flows4 accept
                ip6 saddr . ip6 daddr . meta l4proto . th dport @flows6 accept
                ip saddr . ip daddr . meta l4proto . th dport . th sport @exact4 accept
                ip6 saddr . ip6 daddr . meta l4proto . th dport . th sport @exact6 accept
                meta l4proto { udp, udplite, dccp } jump media
            }
        }
        """;

    /// The sets: IPv4 and IPv6, any source port and a given one (MID-30).
    static final List<String> SETS = List.of("flows4", "flows6", "exact4", "exact6");

    private static final Pattern TABLE = Pattern.compile("[a-z][a-z0-9_]{0,30}");
    private static final Pattern ELEMENT =
            Pattern.compile(
                    "([0-9a-f:.]+) \\. ([0-9a-f:.]+) \\. (tcp|udp) \\. (\\d+)(?: \\. (\\d+))?"
                            + " counter packets (\\d+) bytes (\\d+)");

    private final String table;

    FlowScript(String table) throws FirewallUnavailable {
        if (!TABLE.matcher(table).matches()) {
            throw new FirewallUnavailable(
                    "pinholes.table: expected 1 to 31 lower-case letters, digits or _, beginning"
                            + " with a letter");
        }
        this.table = table;
    }

    /// Makes our table anew, whatever it held, in one transaction (MID-33). Twice the allowed
    /// rules fit, since expired elements take room until the kernel collects them.
    String create(Pinholes config) {
        return WHOLE_TABLE.formatted(
                table,
                config.maxRules() * 2L,
                elements(config.insidePrefixes(), true),
                elements(config.insidePrefixes(), false),
                config.minimumPort());
    }

    /// Says `expires` too: a kernel that is only told the timeout which an element has already
    /// leaves its end where it was.
    String add(Flow flow, Duration lifetime) {
        return "add element inet %s %s { %s timeout %4$ds expires %4$ds }\n"
                .formatted(table, set(flow), key(flow), seconds(lifetime));
    }

    /// Removing is adding and deleting in one transaction: an element that has just expired would
    /// otherwise make the kernel refuse everything beside it.
    String remove(Flow flow) {
        return add(flow, Duration.ofSeconds(1))
                + "delete element inet %s %s { %s }\n".formatted(table, set(flow), key(flow));
    }

    String get(Flow flow) {
        return "get element inet %s %s { %s }\n".formatted(table, set(flow), key(flow));
    }

    String list(String set) {
        return "list set inet %s %s\n".formatted(table, set);
    }

    /// Lists our chains, one in each command: libnftables finds no second one.
    List<String> chains() {
        return List.of(
                "list chain inet %s media\n".formatted(table),
                "list chain inet %s forward\n".formatted(table));
    }

    /// A listing without what its counters have counted.
    static String withoutCounts(String listed) {
        return listed.replaceAll("packets \\d+ bytes \\d+", "");
    }

    String flush() {
        var script = new StringBuilder();
        SETS.forEach(set -> script.append("flush set inet %s %s\n".formatted(table, set)));
        return script.toString();
    }

    /// Asks whether this kernel gives an element that is added again its new timeout (MID-31).
    List<String> refreshProbe() {
        var set = "inet " + table + " probe";
        return List.of(
                "add set " + set + " { type inet_service; flags timeout; }\n",
                "add element " + set + " { 1 timeout 100s expires 30s }\n",
                "add element " + set + " { 1 timeout 100s expires 100s }\n",
                "get element " + set + " { 1 }\n",
                "delete set " + set + "\n");
    }

    static boolean refreshes(String probed) {
        return probed.contains("expires 1m");
    }

    /// The flows and counters in what `get` or `list` printed.
    static List<FlowCounter> read(String printed) {
        var found = new ArrayList<FlowCounter>();
        var matcher = ELEMENT.matcher(printed);
        while (matcher.find()) {
            var sourcePort = matcher.group(5) == null ? 0 : Integer.parseInt(matcher.group(5));
            var flow =
                    new Flow(
                            Flow.Transport.valueOf(matcher.group(3).toUpperCase(Locale.ROOT)),
                            InetAddress.ofLiteral(matcher.group(1)),
                            sourcePort,
                            InetAddress.ofLiteral(matcher.group(2)),
                            Integer.parseInt(matcher.group(4)));
            found.add(
                    new FlowCounter(
                            flow,
                            Long.parseLong(matcher.group(6)),
                            Long.parseLong(matcher.group(7))));
        }
        return found;
    }

    private static String set(Flow flow) {
        return (flow.sourcePort() == 0 ? "flows" : "exact")
                + (flow.source() instanceof Inet4Address ? "4" : "6");
    }

    private static String key(Flow flow) {
        return "%s . %s . %s . %d%s"
                .formatted(
                        flow.source().getHostAddress(),
                        flow.destination().getHostAddress(),
                        flow.transport().name().toLowerCase(Locale.ROOT),
                        flow.port(),
                        flow.sourcePort() == 0 ? "" : " . " + flow.sourcePort());
    }

    /// Whole seconds, never none: an element without a timeout would stay for ever.
    private static long seconds(Duration lifetime) {
        return Math.max(1, lifetime.plusMillis(999).toSeconds());
    }

    private static String elements(List<Prefix> prefixes, boolean ip4) {
        var wanted =
                prefixes.stream()
                        .filter(p -> p.base() instanceof Inet4Address == ip4)
                        .map(Prefix::toString)
                        .toList();
        return wanted.isEmpty() ? "" : "\n        elements = { " + String.join(", ", wanted) + " }";
    }
}
