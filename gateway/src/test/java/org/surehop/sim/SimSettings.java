package org.surehop.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.surehop.core.config.Assurance;
import org.surehop.core.config.Authentication;
import org.surehop.core.config.Disclosure;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.config.HopPolicy;
import org.surehop.core.config.Injection;
import org.surehop.core.config.Journal;
import org.surehop.core.config.LegMode;
import org.surehop.core.config.Limits;
import org.surehop.core.config.Listener;
import org.surehop.core.config.MediaRules;
import org.surehop.core.config.Mqtt;
import org.surehop.core.config.Nat;
import org.surehop.core.config.Notifying;
import org.surehop.core.config.PacketRules;
import org.surehop.core.config.PathPolicy;
import org.surehop.core.config.Peer;
import org.surehop.core.config.Pinholes;
import org.surehop.core.config.Prefix;
import org.surehop.core.config.Route;
import org.surehop.core.config.SecretRef;
import org.surehop.core.config.Services;
import org.surehop.core.config.Smime;
import org.surehop.core.config.Snmp;
import org.surehop.core.config.Timers;
import org.surehop.core.config.Tls;
import org.surehop.core.config.Topology;
import org.surehop.core.config.Unknowns;
import org.surehop.core.config.Upstream;
import org.surehop.core.sip.Side;

/// The configuration of a simulated gateway. Worlds differ in what policy allows.
public record SimSettings(
        boolean clearSdp,
        boolean signedNotify,
        int calls,
        int maxHops,
        Injection injection,
        PathPolicy path,
        int transactions) {
    private static final PathPolicy PATH =
            new PathPolicy(
                    false, PathPolicy.SignedHeaders.REJECT, 403, Duration.ofSeconds(64), false);

    static final int INSIDE_PEERS = 2;
    static final int OUTSIDE_PEERS = 3;
    static final String TAG = "e2e-sec";
    private static final SecretRef NO_SECRET = new SecretRef(SecretRef.Kind.ENV, "NONE");

    /// Those of a gateway that asks for e2e-sec on nobody's behalf.
    public SimSettings(boolean clearSdp, boolean signedNotify, int calls, int maxHops) {
        this(clearSdp, signedNotify, calls, maxHops, Injection.NEVER, PATH, 100_000);
    }

    public SimSettings injecting(Injection.OnRejected onRejected) {
        return with(new Injection(true, onRejected, false));
    }

    public SimSettings with(Injection other) {
        return new SimSettings(clearSdp, signedNotify, calls, maxHops, other, path, transactions);
    }

    public SimSettings with(PathPolicy other) {
        return new SimSettings(
                clearSdp, signedNotify, calls, maxHops, injection, other, transactions);
    }

    /// With legs that keep the Contact.
    public SimSettings transparent() {
        return with(
                new PathPolicy(
                        path.acceptUnassured(),
                        path.anchoredSignedHeaders(),
                        path.injectedRejectStatus(),
                        path.challengeMemory(),
                        path.trustPost407(),
                        LegMode.TRANSPARENT));
    }

    boolean keepsContacts() {
        return path.legMode() == LegMode.TRANSPARENT;
    }

    public SimSettings transactions(int most) {
        return new SimSettings(clearSdp, signedNotify, calls, maxHops, injection, path, most);
    }

    static SimSettings draw(Chance chance) {
        return new SimSettings(
                chance.evens(),
                chance.evens(),
                chance.mostly(4, 10_000, 10),
                chance.mostly(4, 32, 2));
    }

    public GatewayConfig config() {
        return config(Assurance.OnMismatch.REPORT);
    }

    public GatewayConfig config(Assurance.OnMismatch onMismatch) {
        return config(onMismatch, Peer.Notify.IMPLICIT, Notifying.usual());
    }

    /// With a policy on what is told of hops; no peer has one of its own.
    public GatewayConfig config(HopPolicy hops) {
        return config(Assurance.OnMismatch.REPORT, Peer.Notify.IMPLICIT, Notifying.usual(), hops);
    }

    public GatewayConfig config(
            Assurance.OnMismatch onMismatch, Peer.Notify told, Notifying notifying) {
        return config(onMismatch, told, notifying, HopPolicy.usual());
    }

    private GatewayConfig config(
            Assurance.OnMismatch onMismatch,
            Peer.Notify told,
            Notifying notifying,
            HopPolicy hops) {
        var inspect = Disclosure.Profile.INSPECT;
        return config(assurance(onMismatch, hops), told, notifying, inspect, MediaRules.USUAL);
    }

    /// With what may open where descriptions are not known, and for bodies that may not be read.
    public GatewayConfig config(Disclosure.Profile profile, Unknowns unknowns) {
        var usual = MediaRules.USUAL;
        var media =
                new MediaRules(
                        usual.source(),
                        usual.natWithoutIce(),
                        usual.unknownMedia(),
                        usual.maxCandidates(),
                        usual.maxRulesPerUser(),
                        unknowns);
        var assurance = assurance(Assurance.OnMismatch.REPORT, HopPolicy.usual());
        return config(assurance, Peer.Notify.IMPLICIT, Notifying.usual(), profile, media);
    }

    private GatewayConfig config(
            Assurance assurance,
            Peer.Notify told,
            Notifying notifying,
            Disclosure.Profile profile,
            MediaRules media) {
        var topology = assurance.hops().topology();
        return new GatewayConfig(
                new GatewayConfig.Identity("gw-sim", "gw.example.com", 5061),
                List.of(
                        new Listener(
                                "inside",
                                "127.0.0.1",
                                5061,
                                Side.INSIDE,
                                Listener.ClientCertificate.REQUIRED),
                        new Listener(
                                "outside",
                                "127.0.0.1",
                                5062,
                                Side.OUTSIDE,
                                Listener.ClientCertificate.REQUIRED)),
                new Tls("c.pem", NO_SECRET, "t.pem", "TLSv1.2", Duration.ofSeconds(5)),
                new Smime("c.pem", NO_SECRET, "s.pem", NO_SECRET, "t.pem"),
                peers(told).stream().map(p -> showing(p, topology)).toList(),
                routes(),
                assurance,
                path,
                notifying,
                new Disclosure(profile, clearSdp, false, false, 496, 399, 5, 20, 16, 2),
                Services.OFF,
                pinholes(media),
                new Timers(
                        Duration.ofMillis(500),
                        Duration.ofSeconds(180),
                        Duration.ofMinutes(20),
                        Duration.ofSeconds(5),
                        Duration.ofMinutes(20)),
                limits(),
                new Journal(":memory:", Duration.ofDays(1), 1_000, Journal.Unusable.REFUSE),
                new Snmp(true, "127.0.0.1", 1161, "state", List.of(), List.of(), true),
                new Mqtt(
                        false,
                        "",
                        "",
                        "",
                        "",
                        "",
                        "",
                        NO_SECRET,
                        "",
                        NO_SECRET,
                        Duration.ofSeconds(60)),
                Authentication.NONE);
    }

    private static List<Peer> peers(Peer.Notify told) {
        var peers = new ArrayList<Peer>();
        for (int i = 0; i < INSIDE_PEERS; i++) {
            peers.add(peer("in" + i, ".inside.example", "10.255.0." + (i + 1), told));
        }
        for (int i = 0; i < OUTSIDE_PEERS; i++) {
            peers.add(peer("out" + i, ".example", "20.255.0." + (i + 1), told));
        }
        return peers;
    }

    private static Peer peer(String name, String domain, String address, Peer.Notify told) {
        return new Peer(
                name,
                List.of(name + domain),
                address,
                5061,
                true,
                true,
                told,
                Optional.empty(),
                Optional.empty());
    }

    private static Peer showing(Peer peer, Topology topology) {
        return new Peer(
                peer.name(),
                peer.domains(),
                peer.address(),
                peer.port(),
                peer.presentCertificate(),
                peer.requireCertificate(),
                peer.notifyMode(),
                Optional.of(topology),
                peer.ipsec());
    }

    private List<Route> routes() {
        var routes = new ArrayList<Route>();
        for (var peer : peers(Peer.Notify.OFF)) {
            var side = peer.name().startsWith("in") ? Side.INSIDE : Side.OUTSIDE;
            routes.add(route(peer.domains().getFirst(), peer.name(), side));
        }
        routes.add(route("*", "dns", Side.OUTSIDE));
        return routes;
    }

    private Route route(String domain, String to, Side side) {
        return new Route(domain, to, side, injection, Optional.empty(), path.legMode());
    }

    private Assurance assurance(Assurance.OnMismatch onMismatch, HopPolicy hops) {
        return new Assurance(
                TAG,
                420,
                List.of("100rel", "timer"),
                Duration.ofSeconds(32),
                Duration.ofSeconds(64),
                maxHops,
                signedNotify,
                "application/e2e-sec-info+xml",
                onMismatch,
                hops);
    }

    private static Pinholes pinholes(MediaRules media) {
        return new Pinholes(
                Pinholes.Driver.MEMORY,
                "surehop",
                List.of(Prefix.parse("10.0.0.0/8")),
                Pinholes.MediaSource.PREFIXES,
                Duration.ofSeconds(60),
                Duration.ofSeconds(120),
                1024,
                List.of(5060, 5061),
                8,
                32,
                100_000,
                media,
                Upstream.NONE,
                PacketRules.USUAL,
                Nat.NONE);
    }

    private Limits limits() {
        return new Limits(
                calls,
                calls,
                transactions,
                1_000,
                1_000,
                1_000,
                10,
                16_384,
                128,
                64,
                65_536,
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                Duration.ofMinutes(5),
                64,
                calls);
    }
}
