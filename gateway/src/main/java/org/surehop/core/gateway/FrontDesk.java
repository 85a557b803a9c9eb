package org.surehop.core.gateway;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.surehop.core.assurance.HopNotify;
import org.surehop.core.assurance.Verdict;
import org.surehop.core.call.CallLife;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.config.Notifying;
import org.surehop.core.dialog.LegDialog;
import org.surehop.core.report.CallKey;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.report.Severity;
import org.surehop.core.sip.ChannelSecurity;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Inbound;
import org.surehop.core.sip.Leg;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.Request;

/// Meets every request: gives it to the transaction, call or collector that it belongs to, or lets
/// it in as something new, or turns it away.
final class FrontDesk {
    static final String ALLOW =
            "INVITE, ACK, BYE, CANCEL, OPTIONS, PRACK, UPDATE, INFO, MESSAGE, SUBSCRIBE, NOTIFY,"
                    + " REFER, PUBLISH, REGISTER";

    private final Desks desks;
    private final Enquiry enquiry;
    private final EmergencyDesk emergencies;
    private boolean stopping;

    FrontDesk(Desks desks) {
        this.desks = desks;
        this.enquiry = new Enquiry(desks);
        this.emergencies = new EmergencyDesk(desks);
    }

    void stop() {
        stopping = true;
    }

    void request(Turn turn, Inbound inbound, Request request) {
        var key = ServerKey.of(inbound.connection(), request);
        if (request.method().equals(Method.ACK)) {
            if (!desks.transactions().acknowledged(turn, key)) {
                desks.acks().arrived(turn, inbound, desks.door().clean(request));
            }
            return;
        }
        var full = desks.transactions().size() >= turn.config().limits().transactions();
        if (full && !desks.transactions().knows(key) && !makesRoom(turn, inbound, request)) {
            tooBusy(turn, inbound, request);
            return;
        }
        if (!desks.transactions().arrived(turn, key, request)) {
            return;
        }
        desks.reporter().count("request." + known(request.method()));
        if (request.method().equals(Method.CANCEL)) {
            cancel(turn, key, request);
        } else if (request.method().equals(Method.NOTIFY) && unsolicited(turn, inbound, request)) {
            notify(turn, inbound, request, key);
        } else {
            enter(turn, inbound, request);
        }
    }

    /// What costs least is looked at first, and the body last (R-SEC-7).
    private void enter(Turn turn, Inbound inbound, Request request) {
        var admission = new Admission(turn.config());
        var helped = emergencies.helped(turn, inbound, request);
        var refusal = admission.check(request, inbound, helped);
        if (refusal.isPresent()) {
            reject(turn, inbound, request, refusal.get());
            return;
        }
        switch (desks.door().check(turn, inbound, request)) {
            case Doorkeeper.Entry.Closed(var rejection) ->
                    turnAway(turn, inbound, request, rejection);
            case Doorkeeper.Entry.Open(var clean, var user) -> {
                if (clean.inDialog()) {
                    inDialog(turn, inbound, clean, user);
                } else {
                    fresh(turn, inbound, clean, user);
                }
            }
        }
    }

    /// What ends something is served even when all is full: at most one CANCEL for each INVITE and
    /// one BYE for each call.
    private boolean makesRoom(Turn turn, Inbound inbound, Request request) {
        return switch (request.method().name()) {
            case "CANCEL" ->
                    desks.transactions()
                            .knows(ServerKey.of(inbound.connection(), request).invite());
            case "BYE" ->
                    desks.dialogs()
                            .ofCall(turn, inbound, request)
                            .filter(h -> !h.relation().ended())
                            .isPresent();
            default -> false;
        };
    }

    /// Counter names come from a fixed list, never from the wire.
    private static String known(Method method) {
        return ALLOW.contains(method.name()) ? method.name() : "other";
    }

    /// Without state: what is full cannot keep any.
    private void tooBusy(Turn turn, Inbound inbound, Request request) {
        desks.reporter().count("limit.transactions");
        if (HopNotify.due(request, turn.config().assurance().optionTag())) {
            desks.reporter().verdict(Verdict.Level.FAILED.name());
        }
        var refusal = new Admission(turn.config()).congestion(Reason.CONGESTION);
        // POL-95: a NOTIFY is never answered 503, which would turn a proxy away from us.
        var status = request.method().equals(Method.NOTIFY) ? 500 : 503;
        var out =
                Crossing.local(request, status, StatusPhrase.of(status), turn.tokens().next())
                        .toBuilder()
                        .others(refusal.headers())
                        .build();
        turn.emit(new Effect.SendResponse(inbound.connection(), out));
    }

    private void cancel(Turn turn, ServerKey key, Request request) {
        var known = desks.transactions().knows(key.invite());
        answer(turn, request, key, known ? 200 : 481, List.of());
        if (known) {
            desks.passages().cancelled(turn, key.invite());
        }
    }

    /// A NOTIFY that no dialog of ours may carry: of our own package, or at home nowhere.
    private boolean unsolicited(Turn turn, Inbound inbound, Request request) {
        return HopNotify.isHopNotify(request, turn.config().assurance().optionTag())
                || !request.inDialog()
                || desks.dialogs().of(turn, inbound, request).isEmpty();
    }

    private void notify(Turn turn, Inbound inbound, Request request, ServerKey key) {
        var tag = turn.config().assurance().optionTag();
        if (inbound.security() instanceof ChannelSecurity.Clear) {
            // POL-13: NOTIFYs of the package go over TLS only.
            reject(turn, inbound, request, new Admission(turn.config()).downgrade());
            return;
        }
        if (!HopNotify.isHopNotify(request, tag)) {
            answer(turn, request, key, 489, List.of(AssuranceDesk.allowEvents(tag)));
            return;
        }
        var status = desks.notifies().receive(turn, inbound, request);
        if (status == 500 && turn.config().notifies().excess() == Notifying.Excess.DROP) {
            desks.transactions().abandon(turn, key);
            return;
        }
        var rows = status == 500 ? List.of(Answers.retryAfter()) : List.<Header>of();
        answer(turn, request, key, status, rows);
    }

    private void inDialog(Turn turn, Inbound inbound, Request arrived, Optional<String> user) {
        if (desks.collector().owns(arrived)) {
            desks.collector()
                    .again(turn, inbound, arrived)
                    .ifPresent(r -> reject(turn, inbound, arrived, r));
            return;
        }
        var home = desks.dialogs().of(turn, inbound, arrived);
        var near = home.flatMap(h -> near(h, inbound));
        if (near.isEmpty()) {
            var key = ServerKey.of(inbound.connection(), arrived);
            desks.reporter().count("request.no-such-call");
            answer(turn, arrived, key, 481, List.of());
            return;
        }
        var found = home.orElseThrow().relation();
        var leg = home.orElseThrow().from();
        var request = home.orElseThrow().request();
        if (found.downgrades(leg, inbound)) {
            // A dialog that began on TLS stays there, whoever knows its tags (POL-12).
            reject(turn, inbound, request, new Admission(turn.config()).downgrade());
            return;
        }
        if (passedOn(turn, found, leg, inbound)) {
            reject(turn, inbound, request, new Admission(turn.config()).stranger());
            return;
        }
        var broken = new Admission(turn.config()).signedHeaders(request, found.terms().mode);
        if (broken.isPresent()) {
            reject(turn, inbound, request, broken.get());
            return;
        }
        // POL-7, POL-12: in a call without e2e-sec a single request may still ask for it.
        var asked = new Admission(turn.config()).asked(request);
        var demand = found.terms().demand.within(leg, asked);
        var heard = near.get().refreshed(request.method(), request.contact());
        found.heard(leg, heard.on(inbound.connection()));
        var traits = new Passage.Traits(demand, leg, user, found.terms());
        var passage = new Passage(desks.nextNumber(), inbound, request, Optional.of(found), traits);
        var call = passage.call.filter(_ -> request.method().equals(Method.BYE));
        var early = call.filter(c -> c.life instanceof CallLife.State.Inviting);
        call.ifPresent(c -> desks.calls().step(turn, c, new CallLife.Event.HungUp(leg)));
        desks.passages().admit(turn, passage);
        early.ifPresent(c -> desks.passages().giveUpInvite(turn, c, Reason.CANCELLED));
    }

    /// The dialog of the near leg; a notifier's first NOTIFY may make it.
    private Optional<LegDialog> near(DialogDesk.Home home, Inbound inbound) {
        var relation = home.relation();
        return relation.near(home.from(), home.request())
                .or(() -> desks.subscriptions().early(relation, inbound, home.request()));
    }

    /// Token and tags are known to everybody on the path; only who has proven a name of that
    /// leg, or one of the same peer, may use them (R-SEC-8).
    private static boolean passedOn(Turn turn, Relation found, Leg leg, Inbound inbound) {
        return found instanceof Call
                && new Admission(turn.config()).strange(found.proven(leg), inbound);
    }

    private void fresh(Turn turn, Inbound inbound, Request request, Optional<String> user) {
        var config = turn.config();
        var admission = new Admission(config);
        if (admission.forUs(request)) {
            forUs(turn, inbound, request);
            return;
        }
        if (desks.passages().merged(request)) {
            reject(turn, inbound, request, admission.rejection(482, "Loop Detected", Reason.LOOP));
            return;
        }
        var next = admission.nextUri(request);
        var way = new Routing(config).way(next, inbound.side());
        if (way.isEmpty()) {
            reject(turn, inbound, request, admission.unrouted(next, inbound.side()));
            return;
        }
        var peer = peerName(config, inbound);
        var mode = new Routing(config).mode(way.get(), inbound);
        var refusal =
                admission
                        .sipsOnLink(request, way.get())
                        .or(() -> admission.signedHeaders(request, mode))
                        .or(() -> limits(config, admission, request, peer));
        if (refusal.isPresent()) {
            reject(turn, inbound, request, refusal.get());
            return;
        }
        var demand = emergencies.demand(turn, inbound, request, way.get());
        var terms = new Terms(demand, mode);
        var relation = relation(turn, new Fresh(inbound, request, way.get(), peer, terms));
        var traits = new Passage.Traits(demand, Leg.A, user, terms);
        var passage = new Passage(desks.nextNumber(), inbound, request, relation, traits);
        passage.way = way;
        emergencies.begin(turn, passage);
        desks.injection().begin(turn, passage);
        desks.passages().admit(turn, passage);
    }

    /// A request that belongs to nothing yet, and what is known of it.
    private record Fresh(
            Inbound inbound, Request request, Passage.Way way, String peer, Terms terms) {}

    /// What that request may make: a call, dialogs of SUBSCRIBE and REFER, or none.
    private Optional<Relation> relation(Turn turn, Fresh fresh) {
        var request = fresh.request();
        if (request.method().equals(Method.INVITE)) {
            var call = call(turn, fresh);
            desks.calls().add(call);
            return Optional.of(call);
        }
        if (!SubscriptionDesk.opens(request)) {
            return Optional.empty();
        }
        var subscription =
                new Subscription(desks.nextNumber(), request, fresh.inbound(), names(turn, fresh));
        desks.subscriptions().add(subscription);
        return Optional.of(subscription);
    }

    private static Call.Names names(Turn turn, Fresh fresh) {
        return new Call.Names(
                turn.now(),
                fresh.terms(),
                turn.tokens().next(),
                turn.tokens().next(),
                fresh.peer());
    }

    private Optional<Rejection> limits(
            GatewayConfig config, Admission admission, Request request, String peer) {
        if (stopping) {
            return Optional.of(admission.congestion(Reason.GATEWAY_STOPPING));
        }
        var limits = config.limits();
        var calls = desks.calls();
        var full =
                request.method().equals(Method.INVITE)
                        && (calls.active() >= limits.calls()
                                || calls.of(peer) >= limits.callsPerPeer());
        full |= SubscriptionDesk.opens(request) && desks.subscriptions().full(limits, peer);
        return full ? Optional.of(admission.congestion(Reason.CONGESTION)) : Optional.empty();
    }

    private Call call(Turn turn, Fresh fresh) {
        var inbound = fresh.inbound();
        var names = names(turn, fresh);
        var side = fresh.way().side();
        var call = new Call(desks.nextNumber(), fresh.request(), inbound, names, side);
        call.fact("state", "inviting");
        call.fact("e2e-sec", fresh.terms().demand.words());
        call.fact("ingress", CallDesk.channel(inbound.security()));
        return call;
    }

    /// The peer that sends: its configured name, else what it has proven, else its address.
    static String peerName(GatewayConfig config, Inbound inbound) {
        var identities = Admission.identities(inbound);
        return config.peerFor(identities)
                .map(p -> p.name())
                .or(() -> identities.stream().findFirst())
                .orElseGet(() -> String.valueOf(inbound.remote().getAddress()));
    }

    private void forUs(Turn turn, Inbound inbound, Request request) {
        if (!CollectorDesk.asks(request)) {
            enquiry.answer(turn, inbound, request);
            return;
        }
        var refusal =
                stopping
                        ? Optional.of(
                                new Admission(turn.config()).congestion(Reason.GATEWAY_STOPPING))
                        : desks.collector().subscribe(turn, inbound, request);
        refusal.ifPresent(r -> reject(turn, inbound, request, r));
    }

    private void answer(Turn turn, Request request, ServerKey key, int status, List<Header> rows) {
        var out =
                Crossing.local(request, status, StatusPhrase.of(status), turn.tokens().next())
                        .toBuilder()
                        .others(rows)
                        .build();
        desks.transactions().respond(turn, key, out);
    }

    private void turnAway(Turn turn, Inbound inbound, Request request, Rejection rejection) {
        var key = ServerKey.of(inbound.connection(), request);
        var out =
                Crossing.local(
                                request,
                                rejection.status(),
                                rejection.phrase(),
                                turn.tokens().next())
                        .toBuilder()
                        .others(rejection.headers())
                        .build();
        desks.transactions().respond(turn, key, out);
    }

    private void reject(Turn turn, Inbound inbound, Request request, Rejection rejection) {
        turnAway(turn, inbound, request, rejection);
        var cause = rejection.reason();
        var kind =
                switch (cause) {
                    case INGRESS_NOT_SECURE -> NoticeKind.INGRESS_NOT_SECURE;
                    case NO_TLS_TARGET -> NoticeKind.E2E_SEC_REJECTED;
                    default ->
                            rejection.status() == 503
                                    ? NoticeKind.LIMIT_EXCEEDED
                                    : NoticeKind.CALL_REFUSED;
                };
        desks.reporter()
                .tell(
                        turn,
                        new Reporter.What(kind, Severity.WARNING, cause),
                        Optional.of(
                                new CallKey(
                                        request.callId(),
                                        request.from().tag(),
                                        request.cseq().number(),
                                        request.method())),
                        Optional.of(Leg.A),
                        Map.of("status", Integer.toString(rejection.status())));
        desks.assurance().refused(turn, request, cause);
    }
}
