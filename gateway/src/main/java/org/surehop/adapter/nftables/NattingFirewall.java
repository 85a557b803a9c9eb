package org.surehop.adapter.nftables;

import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.surehop.core.config.Pinholes;
import org.surehop.core.pinhole.FlowCounter;
import org.surehop.core.pinhole.RuleSetChange;
import org.surehop.core.pinhole.Translation;
import org.surehop.core.report.Reason;
import org.surehop.core.sdp.Flow;

/// The kernel's firewall with a table of translations beside it. Translations come first, since
/// one without a pinhole lets nothing through; when the filter refuses, new ones are taken back.
/// Belongs to the thread that makes it, as the other does.
final class NattingFirewall implements Firewall {
    private static final Logger LOG = LoggerFactory.getLogger(NattingFirewall.class);

    private final Firewall filter;
    private final Pinholes config;
    private final NatScript script;
    private final NativeCalls calls;
    private final MemorySegment context;
    private final ConnectionTracking tracking;
    private final List<Translation> held = new ArrayList<>();

    private NattingFirewall(Firewall filter, Pinholes config)
            throws FirewallFault, FirewallUnavailable {
        this.filter = filter;
        this.config = config;
        this.script = new NatScript(config.table());
        this.calls = NativeCalls.load();
        this.context = calls.newContext();
        run(script.create(config));
        this.tracking = new ConnectionTracking(calls);
    }

    /// Takes over both tables.
    static Firewall open(Pinholes config) throws FirewallUnavailable {
        var filter = NftablesFirewall.open(config);
        if (!config.nat().present()) {
            return filter;
        }
        try {
            return new NattingFirewall(filter, config);
        } catch (FirewallFault e) {
            throw new FirewallUnavailable(
                    "pinholes.nat: cannot be used here ("
                            + e.getMessage()
                            + "): give the kernel nf_nat, or leave it out");
        }
    }

    @Override
    public List<List<FlowCounter>> apply(List<RuleSetChange> changes) throws FirewallFault {
        var added = new ArrayList<Translation>();
        var commands = new StringBuilder();
        for (var change : changes) {
            for (var one : change.translated()) {
                commands.append(script.add(one, change.lifetime()));
                if (!held.contains(one)) {
                    added.add(one);
                }
            }
        }
        change(commands.toString());
        held.addAll(added);
        // What was tried before there was a translation may still be known as something else.
        forget(added);
        try {
            var closed = filter.apply(changes);
            remove(changes.stream().flatMap(c -> c.untranslated().stream()).toList());
            return closed;
        } catch (FirewallFault e) {
            remove(added);
            throw e;
        }
    }

    /// Best effort: what stays ends by itself, and without a pinhole it lets nothing through.
    private void remove(List<Translation> ended) {
        var commands = new StringBuilder();
        ended.forEach(one -> commands.append(script.remove(one)));
        try {
            change(commands.toString());
        } catch (FirewallFault e) {
            LOG.warn("translations left to their lifetimes cause={}", e.getMessage());
        }
        held.removeAll(ended);
        forget(ended);
    }

    private void change(String commands) throws FirewallFault {
        try {
            run(commands);
        } catch (FirewallFault e) {
            LOG.error("our table of translations is made again cause={}", e.getMessage());
            run(script.create(config));
            held.clear();
            run(commands);
        }
    }

    private void forget(List<Translation> translations) {
        var anyone = InetAddress.ofLiteral("0.0.0.0");
        var flows = new ArrayList<Flow>();
        for (var one : translations) {
            var place = one.outside();
            flows.add(new Flow(Flow.Transport.UDP, anyone, 0, place.getAddress(), place.getPort()));
        }
        try {
            tracking.forget(flows);
        } catch (FirewallFault e) {
            LOG.warn("connection tracking not cleaned cause={}", e.getMessage());
        }
    }

    @Override
    public List<FlowCounter> readBack() throws FirewallFault {
        return filter.readBack();
    }

    @Override
    public void close() throws FirewallFault {
        try {
            run(script.drop());
            forget(List.copyOf(held));
        } finally {
            tracking.close();
            calls.freeContext(context);
            filter.close();
        }
    }

    private void run(String commands) throws FirewallFault {
        if (!commands.isEmpty() && calls.run(context, commands) != 0) {
            var error = calls.error(context);
            throw new FirewallFault(
                    Reason.FIREWALL_FAILED, error.lines().findFirst().orElse("no reason given"));
        }
        calls.output(context);
        calls.error(context);
    }
}
