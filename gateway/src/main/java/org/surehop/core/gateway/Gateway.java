package org.surehop.core.gateway;

import java.net.InetAddress;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.surehop.core.authentication.DoorKeys;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.pinhole.middlebox.Rule;
import org.surehop.core.report.CallKey;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.report.Severity;
import org.surehop.core.sdp.Flow;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.Response;

/// The whole gateway as one value that only events change: `handle` takes what happened and returns
/// what must be done. It does no I/O, reads no clock, draws no random number, and belongs to one
/// thread.
public final class Gateway {
    private final Instant startedAt;
    private final Desks desks;
    private final FrontDesk front;
    private GatewayConfig config;
    private boolean stopping;

    /// A gateway whose machine has no addresses but those of its listeners.
    public Gateway(GatewayConfig config, Octets certificate, Instant startedAt) {
        this(config, certificate, startedAt, Set.of(), DoorKeys.NONE);
    }

    /// `certificate` is our S/MIME certificate in DER, for 496 answers (E2M-13); `own` are the
    /// machine's addresses, to which no pinhole may lead (MID-50); `keys` is what Digest needs.
    public Gateway(
            GatewayConfig config,
            Octets certificate,
            Instant startedAt,
            Set<InetAddress> own,
            DoorKeys keys) {
        this.config = config;
        this.startedAt = startedAt;
        this.desks = new Desks(config, certificate, own, keys);
        this.front = new FrontDesk(desks);
    }

    /// Takes one event. The effects are to be done in their order.
    public List<Effect> handle(Event event, Entropy entropy) {
        var turn = new Turn(event.at(), new Tokens(entropy), config);
        switch (event) {
            case Event.RequestReceived(_, var inbound, var request) ->
                    front.request(turn, inbound, request);
            case Event.ResponseReceived(_, var inbound, var response) ->
                    desks.transactions().received(turn, response, inbound);
            case Event.RequestSent sent -> desks.transactions().written(turn, sent);
            case Event.SendFailed failed -> desks.transactions().unsent(turn, failed);
            case Event.ResponseLost(_, var response, var assured) ->
                    responseLost(turn, response, assured);
            case Event.ConnectionClosed(_, var connection) -> {
                desks.notifies().connectionClosed(connection);
                desks.collector().connectionClosed(turn, connection);
            }
            case Event.EdgeRefused refused -> edgeRefused(turn, refused);
            case Event.BodyOpened opened -> desks.passages().opened(turn, opened);
            case Event.MessageRead read -> desks.passages().messages().read(turn, read);
            case Event.LocationRead(_, var task, var place) ->
                    desks.passages().located(turn, task, place);
            case Event.EntryKept(_, var task, var number) ->
                    desks.passages().messages().kept(turn, task, number);
            case Event.EntryNotKept(_, var task, var reason) ->
                    desks.passages().messages().notKept(turn, task, reason);
            case Event.HopReportRead read -> desks.notifies().read(turn, read);
            case Event.HopReportRefused(_, var task, var reason) -> {
                desks.notifies().refused(turn, task, reason);
                desks.collector().made(turn, task, Body.NONE);
            }
            case Event.HopReportMade(_, var task, var body) -> {
                desks.notifies().made(turn, task, body);
                desks.collector().made(turn, task, body);
            }
            case Event.BodySigned(_, var task, var body) ->
                    desks.injection().signed(turn, task, body);
            case Event.RuleSetApplied applied -> applied(turn, applied);
            case Event.RuleSetFailed failed -> failed(turn, failed);
            case Event.FlowsVanished(_, var flows) -> {
                desks.pinholes().vanished(turn, flows);
                desks.midcom().vanished(turn, flows);
            }
            case Event.AgentConnected(_, var session, var names) ->
                    desks.midcom().connected(session, names);
            case Event.AgentRequested asked -> desks.midcom().requested(turn, asked);
            case Event.AgentDisconnected(_, var session) -> desks.midcom().disconnected(session);
            case Event.DeadlineReached(_, var deadline) -> deadline(turn, deadline);
            case Event.ConfigChanged(_, var changed, var users) -> {
                config = changed;
                users.ifPresent(desks.door()::users);
                tell(turn, NoticeKind.CONFIG_CHANGED, Reason.NONE);
            }
            case Event.StopRequested _ -> stop(turn);
        }
        return turn.effects();
    }

    private void applied(Turn turn, Event.RuleSetApplied applied) {
        if (!desks.midcom().applied(turn, applied.number(), applied.closed())) {
            desks.pinholes().applied(turn, applied.number(), applied.closed());
        }
    }

    private void failed(Turn turn, Event.RuleSetFailed failed) {
        if (!desks.midcom().failed(turn, failed.number())) {
            desks.pinholes().failed(turn, failed.number(), failed.reason());
        }
    }

    private void deadline(Turn turn, Deadline deadline) {
        var owner = deadline.owner();
        switch (deadline.kind()) {
            case CLIENT_TRANSACTION -> {
                desks.transactions().fired(turn, deadline);
                desks.passages().cancelUnanswered(turn, owner);
            }
            case CLIENT_LINGER, SERVER_LINGER -> desks.transactions().fired(turn, deadline);
            case RINGING -> desks.passages().ringing(turn, owner);
            case ACK_WAIT -> call(owner, c -> desks.calls().unacknowledged(turn, c));
            case VERDICT_GRACE -> desks.assurance().graceOver(turn, owner);
            case VERDICT_CAP -> {
                desks.assurance().capReached(turn, owner);
                desks.collector().stale(turn, owner);
            }
            case WORK -> {
                desks.passages().overdue(turn, owner);
                desks.pinholes().overdue(turn, owner);
                desks.notifies().overdue(turn, owner);
                desks.injection().overdue(turn, owner);
                desks.collector().overdue(turn, owner);
                desks.midcom().overdue(turn, owner);
            }
            case AGENT_RULE -> desks.midcom().due(turn, owner);
            case MEDIA_CHECK -> desks.pinholes().check(turn, owner);
            case PINHOLE_REFRESH -> desks.pinholes().refresh(turn, owner);
            case CALL_DURATION ->
                    call(owner, c -> desks.calls().ending(turn, c, Reason.LIFETIME_ENDED));
            case SUBSCRIPTION -> {
                desks.subscriptions().expired(turn, owner);
                desks.collector().expired(turn, owner);
            }
            case FORGETTING -> desks.injection().forget(turn);
            case STOPPING -> {}
        }
    }

    private void call(String owner, java.util.function.Consumer<Call> then) {
        desks.calls().byOwner(owner).ifPresent(then);
    }

    /// POL-25: rather no answer than one in clear; of an e2e-sec request that is told.
    private void responseLost(Turn turn, Response response, boolean assured) {
        desks.reporter().count("response.lost");
        if (assured) {
            var cseq = response.cseq();
            var key =
                    new CallKey(
                            response.callId(), response.from().tag(), cseq.number(), cseq.method());
            desks.reporter()
                    .tell(
                            turn,
                            new Reporter.What(
                                    NoticeKind.E2E_SEC_BROKEN,
                                    Severity.WARNING,
                                    Reason.CONNECTION_LOST),
                            Optional.of(key),
                            Optional.empty(),
                            Map.of("detail", "a response could go nowhere by TLS"));
        }
    }

    private void edgeRefused(Turn turn, Event.EdgeRefused refused) {
        var kind =
                switch (refused.reason()) {
                    case UNKNOWN_CA,
                            WRONG_NAME,
                            CERTIFICATE_EXPIRED,
                            NO_CERTIFICATE,
                            HANDSHAKE_TIMEOUT,
                            TLS_HANDSHAKE_FAILED ->
                            NoticeKind.PEER_REJECTED;
                    case TOO_MANY_CONNECTIONS, QUEUE_FULL, MESSAGE_TOO_LARGE ->
                            NoticeKind.LIMIT_EXCEEDED;
                    case INGRESS_NOT_SECURE -> NoticeKind.INGRESS_NOT_SECURE;
                    // An IPsec link that carried a connection protects it no more (POL-80).
                    case CONNECTION_LOST -> NoticeKind.E2E_SEC_BROKEN;
                    default -> NoticeKind.MALFORMED_INPUT;
                };
        desks.reporter()
                .tell(
                        turn,
                        new Reporter.What(kind, Severity.WARNING, refused.reason()),
                        Optional.empty(),
                        Optional.empty(),
                        Map.of("peer", refused.peer(), "detail", refused.detail()));
    }

    private void stop(Turn turn) {
        stopping = true;
        front.stop();
        desks.collector().stop(turn);
        desks.midcom().stop(turn);
        for (var call : desks.calls().all()) {
            desks.calls().ending(turn, call, Reason.GATEWAY_STOPPING);
        }
        tell(turn, NoticeKind.STOPPED, Reason.GATEWAY_STOPPING);
    }

    private void tell(Turn turn, NoticeKind kind, Reason reason) {
        desks.reporter()
                .tell(
                        turn,
                        new Reporter.What(kind, Severity.INFO, reason),
                        Optional.empty(),
                        Optional.empty());
    }

    /// Whether an orderly stop is complete: no call goes on and no rule is in force.
    public boolean stopped() {
        return stopping && desks.calls().active() == 0 && desks.pinholes().jobs() == 0;
    }

    /// What other threads may read.
    public Snapshot snapshot(Instant at) {
        return desks.reporter()
                .snapshot(
                        startedAt,
                        at,
                        new long[] {
                            desks.calls().active(),
                            desks.transactions().size(),
                            desks.pinholes().flows()
                        },
                        desks.policyRules(at));
    }

    /// The flows that should be open now: what a firewall is compared with.
    public Set<Flow> flowsInForce() {
        return desks.pinholes().inForce();
    }

    /// How much is remembered, by table: all zero when nothing is under way.
    public Map<String, Integer> remembered() {
        return Map.of(
                "calls", desks.calls().size(),
                "dialogs", desks.dialogs().size(),
                "subscriptions", desks.subscriptions().size(),
                "transactions", desks.transactions().size(),
                "passages", desks.passages().size(),
                "assurance", desks.assurance().size(),
                "notifies", desks.notifies().size(),
                "collector", desks.collector().size(),
                "injection", desks.injection().size(),
                "pinhole-jobs", desks.pinholes().jobs() + desks.midcom().jobs());
    }

    /// The rules of agents, in the order of their making.
    public Collection<Rule> agentRules() {
        return desks.midcom().rules();
    }

    /// Octets that hops have told of open requests (POL-95).
    long evidence() {
        return desks.notifies().evidence();
    }

    /// The open connections that are known to refuse NOTIFYs of ours (POL-49).
    int deafFlows() {
        return desks.notifies().deafFlows();
    }
}
