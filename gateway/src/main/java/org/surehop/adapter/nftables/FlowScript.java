package org.surehop.adapter.nftables;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.surehop.core.config.Pinholes;
import org.surehop.core.pinhole.FlowCounter;
import org.surehop.core.pinhole.GroupId;
import org.surehop.core.sdp.Flow;

/// The words of nft for our table, made from typed values only: a command string is a language, so
/// nothing that came over the network as text may enter it.
final class FlowScript {
    /// The set of a moment in which we try what this kernel can do.
    static final String PROBE = "probe";

    /// The sets of flows.
    static final List<String> SETS = FlowSet.names();

    private static final Pattern TABLE = Pattern.compile("[a-z][a-z0-9_]{0,30}");
    private static final String ADDRESS = "(?:([0-9a-f:.]+) \\. )?([0-9a-f:.]+) \\. ";
    private static final Pattern ELEMENT =
            Pattern.compile(
                    ADDRESS
                            + "(tcp|udp) \\. (\\d+)(?: \\. (\\d+))?(?: limit [a-z0-9/ ]*packets)?"
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

    /// Makes our table anew, whatever it held, in one transaction (MID-33).
    String create(Pinholes config) {
        return TableScript.create(table, config);
    }

    /// The comment tells who owns it. Says `expires` too: a kernel that is only told the timeout
    /// which an element has already leaves its end where it was.
    String add(Flow flow, Duration lifetime, GroupId group) {
        return add(flow, lifetime, " comment \"group %d\"".formatted(group.value()));
    }

    private String add(Flow flow, Duration lifetime, String comment) {
        return "add element inet %s { %s timeout %3$ds expires %3$ds%4$s }\n"
                .formatted(set(flow), FlowSet.key(flow), seconds(lifetime), comment);
    }

    /// Removing is adding and deleting in one transaction: an element that has just expired would
    /// otherwise make the kernel refuse everything beside it.
    String remove(Flow flow) {
        return add(flow, Duration.ofSeconds(1), "")
                + "delete element inet %s { %s }\n".formatted(set(flow), FlowSet.key(flow));
    }

    String get(Flow flow) {
        return "get element inet %s { %s }\n".formatted(set(flow), FlowSet.key(flow));
    }

    private String set(Flow flow) {
        return table + " " + FlowSet.nameFor(flow);
    }

    String list(String set) {
        return "list set inet %s %s\n".formatted(table, set);
    }

    String flush() {
        var script = new StringBuilder();
        SETS.forEach(set -> script.append("flush set inet %s %s\n".formatted(table, set)));
        return script.toString();
    }

    /// Asks whether this kernel gives an element that is added again its new timeout (MID-31).
    List<String> refreshProbe() {
        var set = "inet " + table + " " + PROBE;
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
            var flow = flow(matcher);
            found.add(
                    new FlowCounter(
                            flow,
                            Long.parseLong(matcher.group(6)),
                            Long.parseLong(matcher.group(7))));
        }
        return found;
    }

    private static Flow flow(Matcher matcher) {
        var destination = InetAddress.ofLiteral(matcher.group(2));
        var anyone = destination instanceof Inet4Address ? "0.0.0.0" : "::";
        return new Flow(
                Flow.Transport.valueOf(matcher.group(3).toUpperCase(Locale.ROOT)),
                InetAddress.ofLiteral(matcher.group(1) == null ? anyone : matcher.group(1)),
                matcher.group(5) == null ? 0 : Integer.parseInt(matcher.group(5)),
                destination,
                Integer.parseInt(matcher.group(4)));
    }

    /// Whole seconds, never none: an element without a timeout would stay for ever.
    private static long seconds(Duration lifetime) {
        return Math.max(1, lifetime.plusMillis(999).toSeconds());
    }
}
