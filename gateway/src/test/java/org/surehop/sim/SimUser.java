package org.surehop.sim;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.CSeq;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.SipUri;
import org.surehop.core.sip.Via;
import org.surehop.sim.CallPlan.Shape;
import org.surehop.sim.CallPlan.Wrapping;

/// One user of one call and the dialog as that user sees it: asks and answers within it.
abstract class SimUser {
    static final Method INFO = new Method("INFO");
    private static final int T1 = 500;
    private static final int REPEATS = 11;

    final SimNet net;
    final World world;
    final Truth truth;
    final CallPlan plan;
    final SimPeer peer;
    final SimPath path;
    final boolean inside;
    final Map<String, Request> asked = new HashMap<>();
    private final Set<String> waiting = new HashSet<>();
    /// What each ACK says of media: the same again when it is repeated.
    private final Map<Long, Body> answers = new HashMap<>();
    private final Map<String, Integer> repeating = new HashMap<>();
    SimConnection connection;
    NameAddr local;
    NameAddr remote;
    Optional<SipUri> target = Optional.empty();
    private List<NameAddr> routes = List.of();
    long cseq;
    int version;
    boolean over;
    private boolean gone;
    /// Whether this user asks for e2e-sec: the callee as it was asked itself (POL-12).
    boolean marked;

    SimUser(SimNet net, Truth truth, SimPeer peer, Ends ends) {
        this.net = net;
        this.world = net.world;
        this.truth = truth;
        this.plan = truth.plan;
        this.marked = plan.assured();
        this.peer = peer;
        this.inside = peer.side == org.surehop.core.sip.Side.INSIDE;
        this.connection = net.fromPeer(peer);
        this.local = ends.local();
        this.remote = ends.remote();
        this.path = new SimPath(net, truth);
    }

    /// The two parties as one of them sees them.
    record Ends(NameAddr local, NameAddr remote) {}

    void vanish() {
        gone = true;
    }

    /// Does it after a while, unless the user is gone by then.
    void later(long delay, Runnable deed) {
        world.after(
                delay,
                () -> {
                    if (!gone) {
                        deed.run();
                    }
                });
    }

    boolean hasGone() {
        return gone;
    }

    NameAddr contact() {
        return NameAddr.of(SimMessages.user("c", plan.number(), peer.domain));
    }

    /// A description of ours, and the note that a pinhole may rest on it if that is so.
    Body describe(Wrapping wrapping, Shape shape) {
        version++;
        var clearSdp = net.settings.clearSdp();
        if (SimCms.readable(wrapping, clearSdp)) {
            truth.good(inside, version);
        }
        var sdp = SimMessages.sdp(plan.number(), inside, version, shape);
        return SimCms.wrap(wrapping, sdp, local.uri().text());
    }

    // ---- asking ----

    /// A request within the dialog.
    void ask(Method method, Body body) {
        cseq++;
        var branch = "z9hG4bK" + plan.number() + local.tag() + cseq;
        var tags = marked ? List.of(SimSettings.TAG) : List.<String>of();
        var request =
                SimMessages.request(method, plan.number(), local, remote).toBuilder()
                        .uri(target.orElse(remote.uri()))
                        .routes(routes)
                        .cseq(new CSeq(cseq, method))
                        .vias(List.of(Via.tls("ua." + peer.domain, 0, branch)))
                        .contact(Optional.of(contact()))
                        .require(tags)
                        .proxyRequire(world.chance.evens() ? tags : List.of())
                        .body(body)
                        .build();
        send(request);
    }

    void send(Request request) {
        if (!connection.open()) {
            connection = net.fromPeer(peer);
        }
        asked.put(request.topVia().branch(), request);
        if (request.method().equals(Method.INVITE)) {
            waiting.add(request.topVia().branch());
            truth.owed.add(key(connection, request.topVia()));
        }
        connection.toGateway(request);
        // A repeated INVITE is absorbed; of others only what goes on at once, see Unaware.
        var absorbed = request.method().equals(Method.INVITE) || request.body().isEmpty();
        if (world.chance.oneIn(30) && absorbed) {
            connection.toGateway(request);
        }
    }

    static String key(SimConnection connection, Via via) {
        return connection.id + via.branch();
    }

    boolean inviteUnderWay() {
        return !waiting.isEmpty();
    }

    void bye() {
        if (!repeating.isEmpty()) {
            // RFC 3261 §15: the callee says nothing before it has the ACK or has given up on it.
            later(4 * T1, this::bye);
        } else if (!over && !gone) {
            over = true;
            ask(Method.BYE, Body.NONE);
        }
    }

    void onResponse(SimConnection from, Response response) {
        var request = asked.get(response.topVia().branch());
        if (request == null || !request.method().equals(response.cseq().method())) {
            return;
        }
        if (!request.method().equals(Method.INVITE)) {
            return;
        }
        if (!request.inDialog() && !response.recordRoutes().isEmpty()) {
            routed(response.recordRoutes().reversed());
        }
        if (response.status().provisional()) {
            rings(request, response);
            return;
        }
        waiting.remove(response.topVia().branch());
        if (response.status().failure()) {
            from.toGateway(failureAck(request, response));
            refused(response);
        } else {
            response.contact().ifPresent(c -> target = Optional.of(c.uri()));
            accepted(request, response);
        }
    }

    /// The route set of the dialog (RFC 3261 §12.1). Some users lose it, or something between takes
    /// the gateway out of it.
    void routed(List<NameAddr> places) {
        routes = plan.number() % 7 == 3 ? List.of() : List.copyOf(places);
    }

    /// The ACK for a 2xx; it may come again and again.
    void acknowledge(Request invite, Response response) {
        remote = response.to();
        var branch = invite.topVia().branch() + "a" + world.millis();
        var ack =
                SimMessages.request(Method.ACK, plan.number(), local, remote).toBuilder()
                        .uri(target.orElse(remote.uri()))
                        .routes(routes)
                        .cseq(new CSeq(invite.cseq().number(), Method.ACK))
                        .vias(List.of(Via.tls("ua." + peer.domain, 0, branch)))
                        .require(invite.require())
                        .proxyRequire(invite.proxyRequire())
                        .body(answerTo(invite, response))
                        .build();
        if (!connection.open()) {
            connection = net.fromPeer(peer);
        }
        connection.toGateway(ack);
    }

    /// The offer of a 2xx is answered in its ACK.
    private Body answerTo(Request invite, Response response) {
        if (!invite.body().isEmpty() || response.body().isEmpty()) {
            return Body.NONE;
        }
        var first = !invite.inDialog();
        var wrapping =
                first ? plan.offer() : world.chance.mostly(6, Wrapping.READABLE, Wrapping.values());
        return answers.computeIfAbsent(
                invite.cseq().number(),
                _ -> describe(wrapping, first ? plan.offerShape() : Shape.AUDIO));
    }

    private static Request failureAck(Request invite, Response response) {
        return SimMessages.request(
                        Method.ACK,
                        SimMessages.number(invite.callId()),
                        invite.from(),
                        response.to())
                .toBuilder()
                .uri(invite.uri())
                .cseq(new CSeq(invite.cseq().number(), Method.ACK))
                .vias(List.of(invite.topVia()))
                .build();
    }

    /// A provisional response to an INVITE came.
    void rings(Request invite, Response response) {}

    abstract void accepted(Request invite, Response response);

    abstract void refused(Response response);

    // ---- answering ----

    void onRequest(SimConnection from, Request request) {
        connection = from;
        switch (request.method().name()) {
            case "ACK" -> repeating.remove(request.to().tag() + request.cseq().number());
            case "BYE" -> {
                // A losing fork is ended alone.
                if (!request.to().tag().endsWith("-fork")) {
                    over = true;
                    repeating.clear();
                }
                from.toGateway(SimMessages.response(request, 200, local.tag()));
            }
            case "INVITE" -> invited(from, request);
            case "UPDATE" -> updated(from, request);
            case "NOTIFY" -> {
                if (!world.chance.oneIn(20)) {
                    var status = world.chance.mostly(10, 200, 481, 500);
                    from.toGateway(SimMessages.response(request, status, local.tag()));
                }
            }
            default -> from.toGateway(SimMessages.response(request, 200, local.tag()));
        }
    }

    private void updated(SimConnection from, Request request) {
        if (over || inviteUnderWay() || world.chance.oneIn(5)) {
            from.toGateway(SimMessages.response(request, over ? 481 : 491, local.tag()));
            return;
        }
        var body = describe(Wrapping.READABLE, Shape.AUDIO);
        var response = SimMessages.response(request, 200, local.tag()).toBuilder().body(body);
        from.toGateway(response.build());
    }

    void invited(SimConnection from, Request request) {
        if (!over && !inviteUnderWay() && world.chance.oneIn(8)) {
            // A new offer that is refused changes nothing.
            from.toGateway(SimMessages.response(request, 488, local.tag()));
            return;
        }
        if (over || inviteUnderWay()) {
            var status = over ? 481 : 491;
            from.toGateway(SimMessages.response(request, status, local.tag()));
            return;
        }
        target = request.contact().map(NameAddr::uri).or(() -> target);
        var wrapping =
                world.chance.mostly(6, Wrapping.READABLE, Wrapping.SLOW, Wrapping.BAD_SIGNATURE);
        answer(from, request, describe(wrapping, Shape.AUDIO));
    }

    /// A 2xx to an INVITE, repeated until its ACK comes (RFC 3261 §13.3.1.4).
    void answer(SimConnection from, Request invite, Body body) {
        var response =
                path
                        .recorded(
                                invite,
                                SimMessages.response(invite, 200, local.tag()),
                                hopsBeyond())
                        .toBuilder()
                        .contact(Optional.of(contact()))
                        .body(body)
                        .build();
        path.attest(from, invite, hopsBeyond());
        var key = response.to().tag() + invite.cseq().number();
        repeating.put(key, 0);
        repeat(from, response, key);
    }

    private void repeat(SimConnection from, Response response, String key) {
        var times = repeating.get(key);
        if (times == null) {
            return;
        }
        from.toGateway(response);
        repeating.put(key, times + 1);
        if (times + 1 < REPEATS) {
            later(Math.min(8L * T1, (long) T1 << times), () -> repeat(from, response, key));
        } else {
            repeating.remove(key);
            later(T1, this::bye);
        }
    }

    /// The hops between the gateway and this user.
    abstract List<CallPlan.HopPlan> hopsBeyond();
}
