package org.surehop.core.gateway;

import java.time.Instant;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.surehop.core.dialog.LegDialog;
import org.surehop.core.sip.CallId;
import org.surehop.core.sip.ChannelSecurity;
import org.surehop.core.sip.Inbound;
import org.surehop.core.sip.Leg;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.Request;

/// What a SUBSCRIBE or REFER has made (RFC 6665, RFC 3515): the subscriber's leg A and one dialog
/// for each notifier, since a fork may reach several. One that began inside a call has that call's
/// dialogs and tokens, and outlives it: a transfer is reported after the BYE. Kept by the loop
/// alone.
final class Subscription implements Relation {
    /// Notifiers of one forked SUBSCRIBE; more is a peer gone wrong.
    private static final int MAX_NOTIFIERS = 16;

    final long number;
    final String peer;
    private final Terms terms;
    private final String tokenA;
    private final String tokenB;
    private final Map<String, LegDialog> notifiers = new LinkedHashMap<>();
    private final boolean inCall;
    /// The subscriber came in clear, as its operator allows (POL-28).
    private final boolean clear;
    private final Map<String, Integer> usages = new LinkedHashMap<>();
    private final Map<Leg, List<String>> proven = new EnumMap<>(Leg.class);
    private LegDialog legA;
    private boolean ended;
    int passages;
    Instant until = Instant.MIN;

    /// A new one, which that request opens.
    Subscription(long number, Request request, Inbound inbound, Call.Names names) {
        this.number = number;
        this.peer = names.peer();
        this.terms = names.terms();
        this.tokenA = names.tokenA();
        this.tokenB = names.tokenB();
        this.legA = LegDialog.towardsCaller(request, inbound, names.tokenA());
        this.inCall = false;
        this.proven.put(Leg.A, Admission.identities(inbound));
        this.clear = inbound.security() instanceof ChannelSecurity.Clear;
    }

    /// One inside a call whose dialogs are both there.
    Subscription(long number, Call call, LegDialog legB) {
        this.number = number;
        this.peer = call.peer;
        this.terms = call.terms;
        this.tokenA = call.tokenA;
        this.tokenB = call.tokenB;
        this.legA = call.legA;
        this.inCall = true;
        this.proven.putAll(call.proven);
        this.clear = call.clear;
        notifiers.put(legB.remote().tag(), legB);
    }

    @Override
    public String owner() {
        return "subscription-" + number;
    }

    CallId callId() {
        return legA.callId();
    }

    @Override
    public Terms terms() {
        return terms;
    }

    @Override
    public boolean ended() {
        return ended;
    }

    @Override
    public List<String> proven(Leg leg) {
        return proven.getOrDefault(leg, List.of());
    }

    @Override
    public boolean downgrades(Leg leg, Inbound inbound) {
        return inbound.security() instanceof ChannelSecurity.Clear && !(clear && leg == Leg.A);
    }

    void end() {
        ended = true;
    }

    @Override
    public String token(Leg leg) {
        return leg == Leg.A ? tokenA : tokenB;
    }

    @Override
    public Optional<LegDialog> near(Leg from, Request request) {
        if (request.method().equals(Method.INVITE)) {
            return Optional.empty();
        }
        var notifier = from == Leg.A ? request.to().tag() : request.from().tag();
        return dialog(Leg.B, notifier)
                .map(d -> from == Leg.A ? legA.answeredBy(request.to()) : d)
                .filter(d -> d.owns(request));
    }

    @Override
    public Optional<LegDialog> dialog(Leg leg, String toTag) {
        return leg == Leg.A ? Optional.of(legA) : Optional.ofNullable(notifiers.get(toTag));
    }

    @Override
    public void replace(Leg leg, LegDialog dialog) {
        if (leg == Leg.A) {
            // The subscriber's leg serves all notifiers, so it keeps its own local party.
            legA = dialog.answeredBy(legA.local());
        } else if (notifiers.containsKey(dialog.remote().tag())) {
            notifiers.put(dialog.remote().tag(), dialog);
        }
    }

    @Override
    public void heard(Leg from, LegDialog near) {
        replace(from, near);
    }

    @Override
    public void busy(int change) {
        passages += change;
    }

    /// A notifier shows itself, by its 2xx or by a NOTIFY that came before it (RFC 6665 §4.4.1).
    void notifier(LegDialog dialog) {
        if (notifiers.size() < MAX_NOTIFIERS) {
            notifiers.putIfAbsent(dialog.remote().tag(), dialog);
        }
    }

    /// Whether that NOTIFY makes a dialog here: the subscriber's tag, and a notifier not yet known.
    boolean opensDialog(Request notify) {
        return !inCall
                && notify.method().equals(Method.NOTIFY)
                && notify.callId().equals(legA.callId())
                && notify.to().tag().equals(legA.remote().tag())
                && !notifiers.containsKey(notify.from().tag());
    }

    LegDialog notifierBy(Request notify, Inbound inbound) {
        return LegDialog.towardsCaller(notify, inbound, token(Leg.B));
    }

    /// A subscription to that package lives in the notifier's dialog; REFER makes one each time.
    void used(String notifierTag, String eventPackage, boolean refer) {
        var usage = notifierTag + "|" + eventPackage;
        if (usages.size() < MAX_NOTIFIERS || usages.containsKey(usage)) {
            usages.merge(usage, 1, refer ? Integer::sum : Math::max);
        }
    }

    /// That notifier has said its last word on the package; whether nothing else is left.
    boolean lastWord(String notifierTag, String eventPackage) {
        usages.computeIfPresent(notifierTag + "|" + eventPackage, (_, n) -> n == 1 ? null : n - 1);
        if (!inCall && usages.keySet().stream().noneMatch(u -> u.startsWith(notifierTag + "|"))) {
            notifiers.remove(notifierTag);
        }
        return usages.isEmpty();
    }
}
