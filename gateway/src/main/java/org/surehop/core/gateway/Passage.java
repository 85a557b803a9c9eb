package org.surehop.core.gateway;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.surehop.core.call.Exchange;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.config.Route;
import org.surehop.core.disclosure.SignedHeaders;
import org.surehop.core.report.CallKey;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.ChannelSecurity;
import org.surehop.core.sip.ConnectionId;
import org.surehop.core.sip.Inbound;
import org.surehop.core.sip.Leg;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.Side;
import org.surehop.core.sip.SipUri;
import org.surehop.core.sip.Target;

/// One request on its way across the border: the data around its [Exchange] table. Lives from the
/// request's admission until its transactions are over; kept by the loop alone.
final class Passage {
    final long number;
    final Inbound inbound;
    /// Without its body and its other rows once the passage is finished.
    Request request;
    final ServerKey serverKey;
    /// Who asks for e2e-sec in it.
    Demand demand;
    /// Those of its relation, or its own.
    final Terms terms;
    final Leg from;
    /// Who has shown credentials for our realm.
    final Optional<String> user;
    /// The dialogs that it belongs to or may make, and the call, if these are a call's.
    final Optional<Relation> relation;
    final Optional<Call> call;
    private final String owner;

    Exchange.State state = Exchange.initial();
    Optional<TransactionKey> clientKey = Optional.empty();
    Optional<Request> sent = Optional.empty();
    Optional<Target> target = Optional.empty();
    Optional<Way> way = Optional.empty();
    Optional<ConnectionId> egress = Optional.empty();
    Optional<ChannelSecurity> egressSecurity = Optional.empty();
    Optional<HopTrack> track = Optional.empty();
    /// Where the request was written to, if that was dialled.
    Optional<InetSocketAddress> reached = Optional.empty();
    final Failover.Attempts attempts = new Failover.Attempts();
    /// A signed copy of headers was seen in it, or in its answer.
    boolean copied;
    /// A call for help that policy lets pass what would stop others (EDG-63).
    boolean bypass;
    /// The number under which the message is in the archive.
    Optional<Long> entry = Optional.empty();
    boolean provisionalSeen;
    /// Responses that wait until the one before them is through.
    final List<Held> held = new ArrayList<>();
    /// It brings the answer to an offer of the far side, and nobody can refuse it (PIN-24).
    boolean answers;
    /// How many previews of the answer were read.
    int previews;
    boolean cancelWanted;
    boolean cancelSent;
    boolean finished;
    /// The caller's own path began in clear (POL-90, POL-91).
    boolean outOfScope;
    boolean clientOver;
    /// Why no success went back, for the verdict and the report.
    Reason failure = Reason.NONE;
    /// The ACKs of successes that were undone, by the tag of the fork, for their repetitions.
    final Map<String, Request> undoAcks = new HashMap<>();

    Passage(
            long number,
            Inbound inbound,
            Request request,
            Optional<Relation> relation,
            Traits traits) {
        this.number = number;
        this.inbound = inbound;
        this.request = request;
        this.owner = "passage-" + number;
        this.relation = relation;
        this.call = relation.filter(Call.class::isInstance).map(Call.class::cast);
        this.serverKey = ServerKey.of(inbound.connection(), request);
        this.demand = traits.demand();
        this.terms = traits.terms();
        this.copied = SignedHeaders.hold(request.body());
        this.from = traits.from();
        this.user = traits.user();
    }

    /// Who asks for e2e-sec, the leg that the request comes from, who that is by our realm, and the
    /// terms of its relation, or its own.
    record Traits(Demand demand, Leg from, Optional<String> user, Terms terms) {}

    /// A response that waits, as it came.
    record Held(Response response, Inbound inbound) {}

    /// Where the request goes, on which side that is, and by which route outside of dialogs.
    record Way(Target target, Side side, Optional<Route> route) {
        Way(Target target, Side side) {
            this(target, side, Optional.empty());
        }

        Way to(Target other) {
            return new Way(other, side, route);
        }
    }

    /// Whether the request goes on with e2e-sec, whoever asks for it.
    boolean assured() {
        return demand.made();
    }

    /// The tag that goes on it, or nothing. Beside a signed copy of headers nothing is added: it
    /// would not match any more (POL-7, D10b).
    String tag(GatewayConfig config) {
        return assured() && !copied ? config.assurance().optionTag() : "";
    }

    /// By how much its CSeq runs ahead of the sender's on the far leg.
    Renumbering numbers() {
        return new Renumbering(terms.ahead);
    }

    /// Whether its sender asks for e2e-sec, and so is told what becomes of that.
    boolean asked() {
        return demand.by() == Demand.By.SENDER;
    }

    /// The user of ours whom it concerns: who sends what comes from the inside, and who is asked
    /// for from the outside. A call has one from its first request on.
    SipUri served() {
        return call.map(c -> c.served).orElseGet(() -> served(inbound, request));
    }

    static SipUri served(Inbound inbound, Request request) {
        return inbound.side() == Side.INSIDE ? request.from().uri() : request.uri();
    }

    CallKey key() {
        return new CallKey(
                request.callId(), request.from().tag(), request.cseq().number(), request.method());
    }

    /// Whether this passage is the INVITE that makes the call.
    boolean opensCall() {
        return call.isPresent() && !request.inDialog();
    }

    /// Finished: what may still come needs no body and no row that was only to be carried. A
    /// finished passage waits half a minute for repetitions, and a busy gateway has many of them.
    void settle() {
        request = bare(request);
        sent = sent.map(Passage::bare);
    }

    static Request bare(Request request) {
        return request.toBuilder().others(List.of()).body(Body.NONE).build();
    }

    /// Whether this passage makes dialogs that are no call's.
    Optional<Subscription> opensSubscription() {
        return request.inDialog() ? Optional.empty() : subscription();
    }

    Optional<Subscription> subscription() {
        return relation.filter(Subscription.class::isInstance).map(Subscription.class::cast);
    }

    String owner() {
        return owner;
    }
}
