package org.surehop.adapter.nftables;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.surehop.core.config.Pinholes;
import org.surehop.core.pinhole.FlowCounter;
import org.surehop.core.pinhole.RuleSetChange;
import org.surehop.core.report.Reason;
import org.surehop.core.sdp.Flow;

/// The kernel's firewall through libnftables. Belongs to the thread that makes it: the library's
/// context is not thread-safe, and its netlink socket lives in that thread's network namespace.
/// Each call of [#apply] is one transaction; each element carries its own timeout in the kernel,
/// so that a dead process closes its pinholes.
public final class NftablesFirewall implements Firewall {
    private static final Logger LOG = LoggerFactory.getLogger(NftablesFirewall.class);
    private static final Path SIP_HELPER = Path.of("/proc/sys/net/netfilter/nf_conntrack_helper");

    private static final String EFFECTIVE = "CapEff:";
    private static final int CAP_NET_ADMIN = 12; // linux/capability.h

    private final NativeCalls calls;
    private final FlowScript script;
    private final Pinholes config;
    private final MemorySegment context;
    private final ConnectionTracking tracking;
    private final ChangeWatch watch;
    // Our chains as the kernel prints them, to see whether somebody has changed them.
    private final String rules;
    private final boolean refreshesInPlace;
    private final Set<Flow> held = new HashSet<>();
    // What elements had counted before a kernel that cannot refresh them made them anew.
    private final Map<Flow, FlowCounter> carried = new HashMap<>();

    private NftablesFirewall(
            NativeCalls calls, FlowScript script, MemorySegment context, Pinholes config)
            throws FirewallFault {
        this.calls = calls;
        this.context = context;
        this.script = script;
        this.config = config;
        var left = leftBehind();
        run(script.create(config));
        rules = rules();
        watch = new ChangeWatch(calls, config.table());
        refreshesInPlace = probe();
        watch.learnFrom(FlowScript.PROBE);
        tracking = new ConnectionTracking(calls);
        forget(left);
        warnOfSipHelper();
        LOG.info(
                "nftables ready table={} refresh={} conntrack={}",
                config.table(),
                refreshesInPlace ? "in-place" : "delete-and-add",
                tracking.filters() ? "asked" : "listed");
    }

    /// Takes over the configured table: whatever it held is gone, in one transaction.
    public static NftablesFirewall open(Pinholes config) throws FirewallUnavailable {
        var script = new FlowScript(config.table());
        if (!mayChangeNetwork()) {
            throw unavailable("no CAP_NET_ADMIN");
        }
        var calls = NativeCalls.load();
        var context = calls.newContext();
        try {
            return new NftablesFirewall(calls, script, context, config);
        } catch (FirewallFault e) {
            calls.freeContext(context);
            var fault = unavailable(String.valueOf(e.getMessage()));
            fault.initCause(e);
            throw fault;
        }
    }

    private static FirewallUnavailable unavailable(String why) {
        return new FirewallUnavailable(
                "pinholes.driver: nftables cannot be used here ("
                        + why
                        + "): give the gateway CAP_NET_ADMIN and a kernel with nf_tables, or set"
                        + " memory for a trial without a firewall");
    }

    /// Asked before the library is, which would complain on standard error by itself.
    private static boolean mayChangeNetwork() {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith(EFFECTIVE))
                    .map(line -> line.substring(EFFECTIVE.length()).strip())
                    .allMatch(set -> (Long.parseUnsignedLong(set, 16) >> CAP_NET_ADMIN & 1) == 1);
        } catch (IOException | NumberFormatException e) {
            return true; // the attempt will tell
        }
    }

    @Override
    public List<List<FlowCounter>> apply(List<RuleSetChange> changes) throws FirewallFault {
        var counters = countersBefore(changes);
        try {
            settle(perform(changes), counters);
        } catch (FirewallFault e) {
            if (intact()) {
                throw e;
            }
            restore();
            settle(perform(changes), counters);
        }
        var closed = new ArrayList<List<FlowCounter>>();
        for (var change : changes) {
            closed.add(change.disable().stream().map(f -> counted(counters, f)).toList());
        }
        return closed;
    }

    /// One transaction; gives what is open after it.
    private Set<Flow> perform(List<RuleSetChange> changes) throws FirewallFault {
        var commands = new StringBuilder();
        var after = new HashSet<>(held);
        for (var change : changes) {
            for (var flow : change.disable()) {
                commands.append(script.remove(flow));
                after.remove(flow);
            }
            for (var flow : change.enable()) {
                if (!refreshesInPlace && after.contains(flow)) {
                    commands.append(script.remove(flow));
                }
                commands.append(script.add(flow, change.lifetime(), change.group()));
                after.add(flow);
            }
        }
        run(commands.toString());
        return after;
    }

    @Override
    public boolean disturbed() {
        boolean disturbed = watch.disturbed();
        if (disturbed) {
            LOG.warn("our table was changed by={}", watch.culprit());
        }
        return disturbed;
    }

    @Override
    public List<FlowCounter> readBack() throws FirewallFault {
        if (!intact()) {
            restore();
        }
        var ours = new ArrayList<FlowCounter>();
        var foreign = new HashSet<Flow>();
        for (var set : FlowScript.SETS) {
            for (var counter : FlowScript.read(run(script.list(set)))) {
                if (held.contains(counter.flow())) {
                    ours.add(withCarried(counter));
                } else {
                    foreign.add(counter.flow());
                }
            }
        }
        var gone = new HashSet<>(held);
        ours.forEach(c -> gone.remove(c.flow()));
        held.removeAll(gone);
        close(foreign);
        gone.addAll(foreign);
        forget(gone);
        return ours;
    }

    /// What somebody else has put into our sets: only calls open pinholes.
    private void close(Set<Flow> foreign) throws FirewallFault {
        if (!foreign.isEmpty()) {
            LOG.error("flows of somebody else in our sets are closed count={}", foreign.size());
            var commands = new StringBuilder();
            foreign.forEach(flow -> commands.append(script.remove(flow)));
            run(commands.toString());
        }
    }

    /// Closes all flows; the table stays, so that media without a pinhole stays out (fail closed).
    @Override
    public void close() throws FirewallFault {
        try {
            run(script.flush());
            tracking.forget(held);
            held.clear();
        } finally {
            tracking.close();
            watch.close();
            calls.freeContext(context);
        }
    }

    /// What a process before this one, which did not end well, has left open in our table.
    private Set<Flow> leftBehind() {
        var left = new HashSet<Flow>();
        for (var set : FlowScript.SETS) {
            if (calls.run(context, script.list(set)) == 0) {
                FlowScript.read(calls.output(context)).forEach(c -> left.add(c.flow()));
            }
            calls.error(context);
        }
        return left;
    }

    /// Whether our table is there with all its rules: without them, media would pass unasked.
    private boolean intact() {
        try {
            return rules.equals(rules());
        } catch (FirewallFault e) {
            return false;
        }
    }

    private String rules() throws FirewallFault {
        var listed = new StringBuilder();
        for (var command : script.chains()) {
            listed.append(run(command));
        }
        return FlowScript.withoutCounts(listed.toString());
    }

    /// Makes the table again after somebody removed or changed it. All flows are gone with it; the
    /// caller finds that out by [#readBack].
    private void restore() throws FirewallFault {
        LOG.error("our table was removed or changed by somebody else; it is made again");
        run(script.create(config));
        forget(held);
        held.clear();
        carried.clear();
    }

    private static FlowCounter counted(Map<Flow, FlowCounter> counters, Flow flow) {
        return counters.getOrDefault(flow, new FlowCounter(flow, 0, 0));
    }

    /// Reads the counters of what the changes remove, and on a kernel without refresh in place of
    /// what they make anew.
    private Map<Flow, FlowCounter> countersBefore(List<RuleSetChange> changes) {
        var wanted = new LinkedHashSet<Flow>();
        for (var change : changes) {
            wanted.addAll(change.disable());
            if (!refreshesInPlace) {
                wanted.addAll(change.enable());
            }
        }
        wanted.retainAll(held);
        var counters = new HashMap<Flow, FlowCounter>();
        for (var flow : wanted) {
            // An element that has just expired cannot be read: its last count is lost.
            if (calls.run(context, script.get(flow)) == 0) {
                FlowScript.read(calls.output(context))
                        .forEach(c -> counters.put(c.flow(), withCarried(c)));
            }
            calls.error(context);
        }
        return counters;
    }

    private FlowCounter withCarried(FlowCounter counter) {
        var before = counted(carried, counter.flow());
        return new FlowCounter(
                counter.flow(),
                counter.packets() + before.packets(),
                counter.bytes() + before.bytes());
    }

    /// Connection tracking follows what is in force now: forgotten where a flow opened or closed.
    private void settle(Set<Flow> after, Map<Flow, FlowCounter> counters) {
        var changed = new HashSet<>(after);
        changed.removeAll(held);
        held.removeAll(after);
        changed.addAll(held);
        held.clear();
        held.addAll(after);
        carried.keySet().retainAll(after);
        if (!refreshesInPlace) {
            counters.entrySet().stream()
                    .filter(e -> after.contains(e.getKey()))
                    .forEach(e -> carried.put(e.getKey(), e.getValue()));
        }
        forget(changed);
    }

    private void forget(Set<Flow> flows) {
        try {
            tracking.forget(flows);
        } catch (FirewallFault e) {
            // Our own chain looks at each packet without regard to connection tracking, so the
            // flow is closed all the same; only the operator's own rules may still know it.
            LOG.warn("connection tracking not cleaned cause={}", e.getMessage());
        }
    }

    private boolean probe() throws FirewallFault {
        var printed = new StringBuilder();
        for (var command : script.refreshProbe()) {
            printed.append(run(command));
        }
        return FlowScript.refreshes(printed.toString());
    }

    /// MID-36: the kernel's SIP helper cannot read TLS and must not make holes of its own.
    private static void warnOfSipHelper() {
        try {
            if (Files.exists(SIP_HELPER) && Files.readString(SIP_HELPER).strip().equals("1")) {
                LOG.warn("automatic conntrack helpers are on; set {} to 0", SIP_HELPER);
            }
        } catch (IOException e) {
            LOG.debug("conntrack helper setting not readable cause={}", e.toString());
        }
    }

    private String run(String commands) throws FirewallFault {
        if (commands.isEmpty()) {
            return "";
        }
        int code = calls.run(context, commands);
        var output = calls.output(context);
        var error = calls.error(context);
        if (code != 0) {
            throw fault(error.lines().findFirst().orElse("no reason given"));
        }
        return output;
    }

    private static FirewallFault fault(String error) {
        boolean full =
                error.contains("Too many open files")
                        || error.contains("No space left")
                        || error.contains("Cannot allocate memory");
        return new FirewallFault(full ? Reason.LACK_OF_RESOURCES : Reason.FIREWALL_FAILED, error);
    }
}
