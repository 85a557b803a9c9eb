package org.surehop.core.dialog;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.surehop.core.sip.CallId;
import org.surehop.core.sip.ConnectionId;
import org.surehop.core.sip.Inbound;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.NextHop;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.Side;
import org.surehop.core.sip.SipUri;
import org.surehop.core.sip.Target;

/// One leg's dialog as this gateway keeps it (RFC 3261 §12.1). Both legs of a call share Call-ID
/// and tags (D10), so `local` is the party that we speak for and `remote` the one that we speak
/// to. `token` is the user part of the Contact that the far side was given: it finds the call
/// again and cannot be guessed. `highestCSeq` is the highest number sent towards the far side.
public record LegDialog(
        Side side,
        String token,
        CallId callId,
        NameAddr local,
        NameAddr remote,
        SipUri remoteTarget,
        List<NameAddr> routeSet,
        ConnectionId connection,
        long highestCSeq) {

    public LegDialog {
        routeSet = List.copyOf(routeSet);
    }

    /// The leg towards a caller: we are the UAS, so Record-Route is taken in order (§12.1.1).
    public static LegDialog towardsCaller(Request invite, Inbound inbound, String token) {
        return new LegDialog(
                inbound.side(),
                token,
                invite.callId(),
                invite.to(),
                invite.from(),
                invite.contact().map(NameAddr::uri).orElse(invite.from().uri()),
                invite.recordRoutes(),
                inbound.connection(),
                0);
    }

    /// The leg towards a callee: we are the UAC, so Record-Route is reversed (§12.1.2), without
    /// what stood there already when the request left us: that is ours and of those before us.
    public static LegDialog towardsCallee(
            Request sent, Response answer, ConnectionId connection, Side side, String token) {
        var before = sent.recordRoutes().stream().map(r -> r.uri().text()).toList();
        var routes =
                new ArrayList<>(
                        answer.recordRoutes().stream()
                                .takeWhile(r -> !before.contains(r.uri().text()))
                                .toList());
        Collections.reverse(routes);
        return new LegDialog(
                side,
                token,
                sent.callId(),
                sent.from(),
                answer.to(),
                answer.contact().map(NameAddr::uri).orElse(sent.uri()),
                routes,
                connection,
                sent.cseq().number());
    }

    /// The same dialog with the To tag that the callee chose, for the caller's leg.
    public LegDialog answeredBy(NameAddr to) {
        return new LegDialog(
                side, token, callId, to, remote, remoteTarget, routeSet, connection, highestCSeq);
    }

    /// The methods that may move a dialog (RFC 3261 §12.2, RFC 3311, RFC 6665): the Contact of any
    /// other says nothing.
    private static final Set<String> TARGET_REFRESH =
            Set.of("INVITE", "UPDATE", "SUBSCRIBE", "NOTIFY", "REFER");

    /// Whether a Contact in a request of that method, or in its answer, moves the dialog.
    public static boolean moves(Method method) {
        return TARGET_REFRESH.contains(method.name());
    }

    /// Target refresh: the far side has given a new Contact in a request of that method, or in the
    /// answer to one.
    public LegDialog refreshed(Method method, Optional<NameAddr> contact) {
        return contact.filter(_ -> moves(method))
                .map(
                        c ->
                                new LegDialog(
                                        side,
                                        token,
                                        callId,
                                        local,
                                        remote,
                                        c.uri(),
                                        routeSet,
                                        connection,
                                        highestCSeq))
                .orElse(this);
    }

    /// The connection that the far side speaks on now.
    public LegDialog on(ConnectionId current) {
        return new LegDialog(
                side, token, callId, local, remote, remoteTarget, routeSet, current, highestCSeq);
    }

    /// A request with that number has gone towards the far side.
    public LegDialog sent(long cseq) {
        return new LegDialog(
                side,
                token,
                callId,
                local,
                remote,
                remoteTarget,
                routeSet,
                connection,
                Math.max(highestCSeq, cseq));
    }

    /// The next element on the way: the top of the route set, else the remote target.
    public SipUri nextUri() {
        return routeSet.isEmpty() ? remoteTarget : routeSet.getFirst().uri();
    }

    /// How an in-dialog request finds its way: the connection that the dialog lives on, else TLS
    /// to `again` (POL-24).
    public Target target(NextHop again) {
        return new Target.FlowElse(connection, again);
    }

    /// Whether a request from the far side carries this dialog's tags (RFC 3261 §12.2.2).
    public boolean owns(Request fromFar) {
        return fromFar.callId().equals(callId)
                && fromFar.from().tag().equals(remote.tag())
                && fromFar.to().tag().equals(local.tag());
    }
}
