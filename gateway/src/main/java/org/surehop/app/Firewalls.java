package org.surehop.app;

import java.time.InstantSource;
import java.util.Optional;
import org.surehop.adapter.nftables.FirewallUnavailable;
import org.surehop.adapter.nftables.NftablesAdapter;
import org.surehop.adapter.pcp.PcpAdapter;
import org.surehop.adapter.pcp.PcpUnavailable;
import org.surehop.adapter.simco.SimcoDriver;
import org.surehop.adapter.tls.TlsSockets;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.config.Pinholes;
import org.surehop.core.gateway.Effect;
import org.surehop.core.gateway.EffectHandler;
import org.surehop.core.gateway.EventSink;
import org.surehop.core.report.PartHealth;
import org.surehop.core.report.PartHealth.Part;
import org.surehop.core.report.PartHealth.State;
import org.surehop.runtime.FirewallChain;

/// Our own firewall, and the box upstream behind it where there is one; or the middleboxes of other
/// boxes in its place.
final class Firewalls implements EffectHandler<Effect.ApplyRuleSet>, AutoCloseable {
    private final Pinholes config;
    private final Optional<NftablesAdapter> own;
    private final Optional<SimcoDriver> remote;
    private final Optional<PcpAdapter> upstream;
    private final EffectHandler<Effect.ApplyRuleSet> first;

    private Firewalls(
            Pinholes config,
            NftablesAdapter own,
            Optional<PcpAdapter> upstream,
            EffectHandler<Effect.ApplyRuleSet> first) {
        this.config = config;
        this.own = Optional.of(own);
        this.remote = Optional.empty();
        this.upstream = upstream;
        this.first = first;
    }

    private Firewalls(Pinholes config, SimcoDriver remote) {
        this.config = config;
        this.own = Optional.empty();
        this.remote = Optional.of(remote);
        this.upstream = Optional.empty();
        this.first = remote;
    }

    /// Starts all of them or none. Sessions with other boxes open in their own time.
    static Firewalls start(
            GatewayConfig config, TlsSockets sockets, EventSink core, InstantSource clock)
            throws FirewallUnavailable, PcpUnavailable {
        var pinholes = config.pinholes();
        var queue = config.limits().queue();
        if (pinholes.driver() == Pinholes.Driver.SIMCO) {
            var tls = new Agents.Joined(sockets);
            var remote = new SimcoDriver(config.midcom(), tls, queue, core, clock);
            remote.begin();
            return new Firewalls(pinholes, remote);
        }
        if (!pinholes.upstream().present()) {
            var own = NftablesAdapter.start(pinholes, queue, core, clock);
            return new Firewalls(pinholes, own, Optional.empty(), own);
        }
        var box = pinholes.upstream();
        var chain = new FirewallChain(core, f -> box.covers(f.destination()), queue, clock);
        // The core gives up after timers.work: our own firewall must have its part of that.
        var patience = config.timers().work().multipliedBy(3).dividedBy(4);
        var own = NftablesAdapter.start(pinholes, queue, chain::fromNear, clock);
        try {
            var limits = new PcpAdapter.Limits(queue, pinholes.maxRules(), patience);
            var upstream = PcpAdapter.start(box, limits, chain::fromFar, clock);
            chain.join(own, upstream);
            return new Firewalls(pinholes, own, Optional.of(upstream), chain);
        } catch (PcpUnavailable e) {
            own.close();
            throw e;
        }
    }

    @Override
    public void handle(Effect.ApplyRuleSet effect) {
        first.handle(effect);
    }

    /// What stands in the way of our own firewall; empty when nothing.
    String trouble() {
        return own.map(NftablesAdapter::trouble)
                .or(() -> remote.map(SimcoDriver::missing).map(m -> String.join(", ", m)))
                .orElse("");
    }

    PartHealth health() {
        var above = upstream.map(PcpAdapter::trouble).orElse("");
        var name = config.driver() == Pinholes.Driver.NFTABLES ? "nftables" : "memory";
        if (remote.isPresent()) {
            return trouble().isEmpty()
                    ? new PartHealth(Part.FIREWALL, State.UP, "middleboxes of other boxes")
                    : new PartHealth(Part.FIREWALL, State.DOWN, "no session with " + trouble());
        }
        if (!trouble().isEmpty()) {
            return new PartHealth(Part.FIREWALL, State.DOWN, name + " " + trouble());
        }
        if (!above.isEmpty()) {
            return new PartHealth(Part.FIREWALL, State.DEGRADED, "upstream PCP server " + above);
        }
        return switch (config.driver()) {
            case NFTABLES -> new PartHealth(Part.FIREWALL, State.UP, name);
            case MEMORY, SIMCO, NONE ->
                    new PartHealth(Part.FIREWALL, State.DEGRADED, "memory: filters no packet");
        };
    }

    /// What a person is told at the start.
    String said() {
        var name =
                switch (config.driver()) {
                    case NFTABLES -> "nftables, table " + config.table();
                    case SIMCO -> "the middleboxes of other boxes, by SIMCO";
                    case MEMORY, NONE -> "memory driver, NO PACKET IS FILTERED";
                };
        return name
                + config.upstream()
                        .server()
                        .map(a -> ", then PCP at " + a.getHostAddress())
                        .orElse("");
    }

    @Override
    public void close() {
        own.ifPresent(NftablesAdapter::close);
        remote.ifPresent(SimcoDriver::close);
        upstream.ifPresent(PcpAdapter::close);
    }
}
