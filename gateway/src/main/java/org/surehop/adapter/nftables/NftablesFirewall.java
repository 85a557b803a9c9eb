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
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
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
    private static final String EFFECTIVE = "CapEff:";
    private static final int CAP_NET_ADMIN = 12; // linux/capability.h

    private final NativeCalls calls;
    private final FlowScript script;
    private final Pinholes config;
    private final MemorySegment context;
    private final ConnectionTracking tracking;
    private final ChangeWatch watch;
    private final SetReader reader;
    private final NetlinkSocket shapes;
    // What of our table nobody but us may change, to see whether somebody has.
    private String rules;
    private final boolean refreshesInPlace;
    private final Set<Flow> held = new HashSet<>();
    // Whose connection-tracking entries must still go.
    private final Set<Flow> stale = new HashSet<>();
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
        shapes = new NetlinkSocket(calls);
        rules = rules();
        watch = new ChangeWatch(calls, config.table());
        reader = new SetReader(calls, config.table());
        refreshesInPlace = probe();
        watch.learnFrom(FlowScript.PROBE);
        tracking = new ConnectionTracking(calls);
        forget(left);
        SipTracking.warn(calls, context);
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

    /// Stops who may not ask the kernel.
    static void mayOrElse(String sentence) throws FirewallUnavailable {
        if (!mayChangeNetwork()) {
            throw new FirewallUnavailable(sentence + ": CAP_NET_ADMIN is needed for it");
        }
    }

    /// Lets the kernel check the table that the configuration makes, and changes nothing; where
    /// that is not allowed, nothing is checked.
    ///
    /// @throws FirewallUnavailable when this kernel or this library refuses it
    public static void check(Pinholes config) throws FirewallUnavailable {
        if (!mayChangeNetwork()) {
            return;
        }
        var script = new FlowScript(config.table());
        var calls = NativeCalls.load();
        var context = calls.newContext();
        calls.onlyCheck(context);
        try {
            SipTracking.warn(calls, context);
            if (calls.run(context, script.create(config)) != 0) {
                var why = calls.error(context).lines().findFirst().orElse("no reason given");
                throw unavailable("the kernel refuses our table: " + why);
            }
        } finally {
            calls.freeContext(context);
        }
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
            closed.add(
                    Stream.concat(change.disable().stream(), change.counted().stream())
                            .map(f -> counted(counters, f))
                            .toList());
        }
        return closed;
    }

    /// What a transaction opens that was closed, and closes that was open.
    private record Difference(Set<Flow> opened, Set<Flow> closed) {}

    /// One transaction; gives what is different after it.
    private Difference perform(List<RuleSetChange> changes) throws FirewallFault {
        var commands = new StringBuilder();
        var opened = new LinkedHashSet<Flow>();
        var closed = new LinkedHashSet<Flow>();
        for (var change : changes) {
            for (var flow : change.disable()) {
                commands.append(script.remove(flow));
                if (!opened.remove(flow) && held.contains(flow)) {
                    closed.add(flow);
                }
            }
            for (var flow : change.enable()) {
                boolean there = held.contains(flow) ? !closed.remove(flow) : !opened.add(flow);
                if (!refreshesInPlace && there) {
                    commands.append(script.remove(flow));
                }
                commands.append(script.add(flow, change.lifetime(), change.group()));
            }
        }
        run(commands.toString());
        return new Difference(opened, closed);
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
        for (var element : reader.all()) {
            var counter = element.counter();
            if (held.contains(counter.flow())) {
                ours.add(withCarried(counter));
            } else {
                foreign.add(counter.flow());
            }
        }
        var gone = new HashSet<>(held);
        ours.forEach(c -> gone.remove(c.flow()));
        held.removeAll(gone);
        close(foreign);
        stale.addAll(gone);
        stale.addAll(foreign);
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
            stale.addAll(held);
            held.clear();
            tidy();
        } finally {
            tracking.close();
            watch.close();
            reader.close();
            shapes.close();
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
        return TableShape.read(shapes, config.table());
    }

    /// Makes the table again after somebody removed or changed it. All flows are gone with it; the
    /// caller finds that out by [#readBack].
    private void restore() throws FirewallFault {
        LOG.error("our table was removed or changed by somebody else; it is made again");
        run(script.create(config));
        rules = rules();
        stale.addAll(held);
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
            wanted.addAll(change.counted());
            if (!refreshesInPlace) {
                wanted.addAll(change.enable());
            }
        }
        wanted.retainAll(held);
        var counters = new HashMap<Flow, FlowCounter>();
        for (var flow : wanted) {
            counter(flow).ifPresent(c -> counters.put(flow, withCarried(c)));
        }
        return counters;
    }

    /// An element that has just expired cannot be read: its last count is lost.
    private Optional<FlowCounter> counter(Flow flow) {
        try {
            return reader.one(flow).map(SetReader.Element::counter);
        } catch (FirewallFault e) {
            LOG.warn("counter not read cause={}", e.getMessage());
            return Optional.empty();
        }
    }

    private FlowCounter withCarried(FlowCounter counter) {
        var before = counted(carried, counter.flow());
        return new FlowCounter(
                counter.flow(),
                counter.packets() + before.packets(),
                counter.bytes() + before.bytes());
    }

    /// A stale entry of a connection may stand in the way of a new flow of datagrams; what a new
    /// TCP connection has made already must stay.
    private void settle(Difference difference, Map<Flow, FlowCounter> counters) {
        held.addAll(difference.opened());
        difference.closed().forEach(held::remove);
        difference.closed().forEach(carried::remove);
        if (!refreshesInPlace) {
            counters.entrySet().stream()
                    .filter(e -> held.contains(e.getKey()))
                    .forEach(e -> carried.put(e.getKey(), e.getValue()));
        }
        stale.addAll(difference.closed());
        for (var flow : difference.opened()) {
            switch (flow.transport()) {
                case UDP -> stale.add(flow);
                case TCP -> stale.remove(flow);
            }
        }
    }

    @Override
    public void tidy() {
        if (!stale.isEmpty()) {
            forget(stale);
            stale.clear();
        }
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
