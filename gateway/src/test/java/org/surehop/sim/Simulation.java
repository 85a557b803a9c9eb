package org.surehop.sim;

import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.surehop.core.config.Injection;
import org.surehop.core.gateway.Effect;
import org.surehop.core.gateway.Entropy;
import org.surehop.core.gateway.Event;
import org.surehop.core.gateway.Gateway;
import org.surehop.core.gateway.Snapshot;
import org.surehop.core.sdp.Flow;
import org.surehop.core.sip.Octets;
import org.surehop.sim.SimUser.Ends;

/// One world from its first call to its rest: everything in it follows from the seed.
final class Simulation {
    private static final int CHECK_EVERY = 32;
    private static final long SPACING = 400;

    private final World world;
    private final SimSettings settings;
    private final Witness witness;
    private final SimGateway gateway;
    private final SimNet net;
    private final SimCms cms;
    private final SimFirewall firewall;
    private final int calls;
    private int underWay;
    private int turns;
    private final long seed;
    private long stoppedIn = -1;

    Simulation(long seed, int calls, Map<String, Integer> tally, Optional<History> history) {
        this.seed = seed;
        this.calls = calls;
        world = new World(seed);
        var drawn = SimSettings.draw(world.chance).with(injection(seed));
        settings = transparent(seed) ? drawn.transparent() : drawn;
        witness = new Witness(tally, history, new Unaware(settings.injection()), settings);
        gateway = new SimGateway(world, this::newCore, new Onlooker());
        cms = new SimCms(world, gateway);
        firewall = new SimFirewall(world, gateway);
        net = new SimNet(world, gateway, settings, cms);
        net.onClose(witness::connectionClosed);
        net.onTold(what -> witness.count("told " + what));
        gateway.connect(this::perform);
    }

    /// Not drawn, and not in the first worlds, so that older ones stay what they are.
    private static Injection injection(long seed) {
        if (seed < 10 || seed % 3 == 2) {
            return Injection.NEVER;
        }
        var retries = seed % 3 == 0;
        return new Injection(
                true,
                retries ? Injection.OnRejected.RETRY_WITHOUT : Injection.OnRejected.REJECT,
                seed % 2 == 0);
    }

    /// Legs that keep the Contact; where CSeq numbers may have to be changed they cannot be. Not
    /// drawn, so that older worlds stay what they are.
    private static boolean transparent(long seed) {
        return seed > 9 && Set.of(1L, 2L, 7L, 8L).contains(seed % 12);
    }

    private RealCore newCore() {
        return new RealCore(
                new Gateway(settings.config(), Octets.copyOf(new byte[] {48, 0}), world.now()));
    }

    /// The core as it is.
    record RealCore(Gateway core) implements SimGateway.Core {
        @Override
        public List<Effect> handle(Event event, long high, long low) {
            return core.handle(event, new Entropy(high, low));
        }

        @Override
        public Snapshot snapshot(Instant at) {
            return core.snapshot(at);
        }
    }

    /// Lets the world run to its end and looks at what is left.
    void run() {
        for (int i = 0; i < calls; i++) {
            var number = i;
            world.at(i * SPACING + world.chance.below(200), () -> begin(number));
        }
        if (!world.calm) {
            misfortunes();
        }
        if (seed % 5 == 4) {
            // Not drawn, so that older worlds stay what they are.
            world.at(calls * SPACING * (seed % 7 + 1) / 8, this::stop);
        }
        world.run(calls);
        atRest();
    }

    private void begin(int number) {
        var inner = net.inside.get(world.chance.below(net.inside.size()));
        var outer = net.outside.get(world.chance.below(net.outside.size()));
        var drawn = CallPlan.draw(number, world.chance);
        var unaware = settings.injection().inject() && number % 3 == 0;
        var plan = unaware ? drawn.unaware(number % 2 == 0) : drawn;
        var from = plan.outbound() ? inner : outer;
        var to = plan.outbound() ? outer : inner;
        if (!from.up) {
            // Who is down calls later.
            world.after(1_000, () -> begin(number));
            return;
        }
        var truth = new Truth(plan);
        witness.add(truth);
        var ends = SimCaller.ends(plan, from, to);
        if (to.up) {
            var callee = new Ends(ends.remote().withTag("to" + number), ends.local());
            to.seat(number, new SimCallee(net, truth, to, callee));
        }
        var caller = new SimCaller(net, truth, from, ends);
        from.seat(number, caller);
        caller.call();
        if (seed > 9 && number % 5 == 2) {
            // Not drawn, so that older worlds stay what they are.
            caller.subscribe();
            witness.count("subscriptions");
        }
        witness.count("calls");
    }

    private void misfortunes() {
        var end = calls * SPACING;
        for (int i = 0; i < 3; i++) {
            world.at(world.chance.between(0, end), this::peerCrashes);
        }
        for (int i = 0; i < 6; i++) {
            world.at(world.chance.between(0, end), this::connectionBreaks);
        }
        if (world.chance.oneIn(4)) {
            world.at(world.chance.between(0, end), this::gatewayCrashes);
        }
    }

    private void stop() {
        stoppedIn = gateway.life();
        gateway.post(new Event.StopRequested(world.now()));
        witness.count("orderly stops");
    }

    private void peerCrashes() {
        var peers = net.peers();
        var peer = peers.get(world.chance.below(peers.size()));
        peer.up = false;
        peer.crash();
        world.after(world.chance.between(100, 20_000), () -> peer.up = true);
        witness.count("peer crashes");
    }

    private void connectionBreaks() {
        var peers = net.peers();
        var peer = peers.get(world.chance.below(peers.size()));
        peer.connections.stream().findFirst().ifPresent(SimConnection::close);
        witness.count("connections broken");
    }

    private void gatewayCrashes() {
        witness.gatewayCrashed();
        gateway.crash();
        net.gatewayCrashed();
        firewall.restarted();
        underWay = 0;
        witness.count("gateway crashes");
    }

    private void perform(Effect effect) {
        switch (effect) {
            case Effect.SendRequest send -> {
                witness.leaves(send.request(), firewall.rules());
                net.send(send);
            }
            case Effect.SendResponse send -> net.send(send);
            case Effect.OpenBody open -> cms.open(open);
            case Effect.ReadHopReport read -> cms.read(read);
            case Effect.ReadMessage _,
                    Effect.ReadLocation _,
                    Effect.KeepEntry _,
                    Effect.SettleEntry _ ->
                    throw new IllegalStateException("no simulated gateway reads messages");
            case Effect.MakeHopReport make -> cms.make(make);
            case Effect.SignBody sign -> cms.sign(sign);
            case Effect.ApplyRuleSet(var change) -> {
                underWay++;
                firewall.apply(change);
            }
            case Effect.CloseConnection(var id) -> net.closeByGateway(id);
            case Effect.TellAgent _ -> {}
            case Effect.Report _, Effect.Record _, Effect.ForgetKeys _ -> {}
            case Effect.SetDeadline _, Effect.CancelDeadline _ -> {}
        }
    }

    /// Looks on, and looks into the core now and then.
    private final class Onlooker implements SimGateway.Watch {
        @Override
        public void before(Event event) {
            witness.before(event);
        }

        @Override
        public void after(Event event, List<Effect> effects) {
            witness.after(event, effects);
            var firewallSpoke =
                    event instanceof Event.RuleSetApplied || event instanceof Event.RuleSetFailed;
            if (firewallSpoke) {
                underWay--;
            }
            if (++turns % CHECK_EVERY == 0) {
                look(effects);
            }
        }
    }

    private void look(List<Effect> effects) {
        var inForce = core().flowsInForce();
        witness.mayStayOpen(inForce);
        if (underWay == 0 && effects.stream().noneMatch(e -> e instanceof Effect.ApplyRuleSet)) {
            Invariant.FIREWALL_EQUALS_CORE.require(
                    firewall.rules().equals(inForce),
                    "only there",
                    without(firewall.rules(), inForce),
                    "only here",
                    without(inForce, firewall.rules()));
        }
        var snapshot = gateway.snapshot();
        Invariant.LIMITS_HOLD.require(
                snapshot.activeCalls() <= settings.calls(), snapshot.activeCalls());
    }

    private static Set<Flow> without(Set<Flow> flows, Set<Flow> others) {
        var rest = new HashSet<>(flows);
        rest.removeAll(others);
        return rest;
    }

    private Gateway core() {
        return ((RealCore) gateway.core()).core();
    }

    private void atRest() {
        witness.atRest();
        Invariant.STOPS_IN_ORDER.require(stoppedIn != gateway.life() || core().stopped());
        if (world.calm && stoppedIn < 0 && settings.calls() >= calls && settings.maxHops() > 3) {
            witness.goodCallsAreAssured();
        }
        Invariant.FIREWALL_EQUALS_CORE.require(
                firewall.rules().equals(core().flowsInForce()), firewall.rules());
        var left = new HashMap<>(core().remembered());
        left.values().removeIf(n -> n == 0);
        Invariant.NO_LEAK.require(left.isEmpty(), left);
        Invariant.NO_LEAK.require(firewall.rules().isEmpty(), firewall.rules());
        Invariant.NO_LEAK.require(gateway.deadlines().isEmpty(), gateway.deadlines());
        var shown = gateway.snapshot().policyRules().ofCalls();
        Invariant.NO_LEAK.require(shown.isEmpty(), shown);
    }

    long steps() {
        return world.steps();
    }
}
