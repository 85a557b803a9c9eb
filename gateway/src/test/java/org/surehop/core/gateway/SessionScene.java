package org.surehop.core.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.surehop.core.config.Disclosure;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.config.Unknowns;
import org.surehop.core.pinhole.FlowCounter;
import org.surehop.core.pinhole.RuleSetChange;
import org.surehop.core.report.Reason;
import org.surehop.core.sdp.Flow;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.SipUri;
import org.surehop.sim.SimSettings;

/// A [Scene] with a firewall that does what it is told when the test says so, and users who say in
/// clear where they receive.
final class SessionScene {
    static final String ALICE = "10.1.1.1";
    static final String BOB = "20.0.0.1";

    final Scene scene;
    private final Set<String> kernel = new TreeSet<>();
    /// What has passed, by the name of the flow.
    final Map<String, Integer> packets = new HashMap<>();
    private int seenEffects;

    SessionScene() {
        this(new SimSettings(true, false, 100, 32).config());
    }

    /// With what may open where descriptions are not known.
    SessionScene(Disclosure.Profile profile, Unknowns unknowns) {
        this(new SimSettings(true, false, 100, 32).config(profile, unknowns));
    }

    private SessionScene(GatewayConfig config) {
        scene = new Scene(config);
    }

    /// One audio stream; RTCP goes with RTP unless the port is said to be alone.
    static Body sdp(String address, int port, int version) {
        return sdp(address, version, "m=audio " + port + " RTP/AVP 0\r\n");
    }

    static Body sdp(String address, int version, String media) {
        return body(
                "v=0\r\no=- 7 %d IN IP4 %s\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\n%s"
                        .formatted(version, address, address, media));
    }

    static Body body(String text) {
        return new Body(
                List.of(new Header("Content-Type", "application/sdp")),
                Octets.copyOf(text.getBytes(StandardCharsets.UTF_8)));
    }

    static Request with(Request request, Body body) {
        return request.toBuilder().body(body).build();
    }

    /// A response of the callee by that tag, with what it says of media.
    static Response reply(Request seen, int status, String tag, Body body) {
        return Scene.answer(seen, status, tag).toBuilder()
                .contact(Optional.of(NameAddr.of(SipUri.of(tag, "ua.out0.example", 0))))
                .body(body)
                .build();
    }

    static Response reliable(Request seen, int status, String tag, Body body) {
        return reply(seen, status, tag, body).toBuilder()
                .require(List.of("100rel"))
                .add("RSeq", "1")
                .build();
    }

    /// The firewall does what it was told, until it is told nothing more; what has changed by that.
    List<RuleSetChange> firewallActs() {
        var done = new ArrayList<RuleSetChange>();
        for (var told = asked(); !told.isEmpty(); told = asked()) {
            told.forEach(this::act);
            told.stream().filter(c -> c.counted().isEmpty()).forEach(done::add);
        }
        assertEquals(
                scene.gateway.flowsInForce().stream()
                        .map(SessionScene::name)
                        .collect(Collectors.toCollection(TreeSet::new)),
                kernel);
        return done;
    }

    private void act(RuleSetChange change) {
        change.disable().forEach(f -> kernel.remove(name(f)));
        change.enable().forEach(f -> kernel.add(name(f)));
        var counted =
                Stream.concat(change.disable().stream(), change.counted().stream())
                        .map(f -> new FlowCounter(f, packets.getOrDefault(name(f), 0), 0))
                        .toList();
        scene.take(new Event.RuleSetApplied(Instant.EPOCH, change.number(), counted));
    }

    /// The firewall refuses everything that it was told last.
    void firewallRefuses() {
        asked().forEach(
                        c ->
                                scene.take(
                                        new Event.RuleSetFailed(
                                                Instant.EPOCH,
                                                c.number(),
                                                Reason.FIREWALL_FAILED)));
    }

    List<RuleSetChange> asked() {
        var all =
                scene.effects.subList(seenEffects, scene.effects.size()).stream()
                        .filter(Effect.ApplyRuleSet.class::isInstance)
                        .map(e -> ((Effect.ApplyRuleSet) e).change())
                        .toList();
        seenEffects = scene.effects.size();
        return all;
    }

    /// What the kernel lets through, RTP only: `from>to:port`.
    void open(String... rtp) {
        var even =
                kernel.stream()
                        .filter(f -> Integer.parseInt(f.substring(f.indexOf(':') + 1)) % 2 == 0)
                        .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(new TreeSet<>(List.of(rtp)), even);
    }

    /// Both ways between two ports.
    static String[] both(int alice, String bob, int port) {
        return new String[] {bob + ">" + ALICE + ":" + alice, ALICE + ">" + bob + ":" + port};
    }

    private static String name(Flow flow) {
        return flow.source().getHostAddress()
                + ">"
                + flow.destination().getHostAddress()
                + ":"
                + flow.port();
    }
}
