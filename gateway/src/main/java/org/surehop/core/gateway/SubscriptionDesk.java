package org.surehop.core.gateway;

import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.surehop.core.config.Limits;
import org.surehop.core.dialog.LegDialog;
import org.surehop.core.sip.Inbound;
import org.surehop.core.sip.Leg;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;

/// Keeps the dialogs that SUBSCRIBE and REFER make, until the last NOTIFY in them says so or their
/// time is over (RFC 6665 §4.1.2, §4.4; RFC 3515).
final class SubscriptionDesk {
    private static final Method SUBSCRIBE = new Method("SUBSCRIBE");
    private static final Method REFER = new Method("REFER");

    private final Desks desks;
    private final Map<String, Subscription> byToken = new HashMap<>();
    private final Map<String, Subscription> byOwner = new HashMap<>();
    private final Map<String, Integer> perPeer = new HashMap<>();

    SubscriptionDesk(Desks desks) {
        this.desks = desks;
    }

    static boolean opens(Request request) {
        return request.method().equals(SUBSCRIBE) || request.method().equals(REFER);
    }

    int size() {
        return byOwner.size();
    }

    boolean full(Limits limits, String peer) {
        return size() >= limits.subscriptions()
                || perPeer.getOrDefault(peer, 0) >= limits.callsPerPeer();
    }

    void add(Subscription subscription) {
        byToken.put(subscription.token(Leg.A), subscription);
        byToken.put(subscription.token(Leg.B), subscription);
        byOwner.put(subscription.owner(), subscription);
        desks.dialogs().add(subscription.callId(), subscription);
        perPeer.merge(subscription.peer, 1, Integer::sum);
        desks.reporter().count("subscription.begun");
    }

    Optional<Subscription> byToken(String token) {
        return Optional.ofNullable(byToken.get(token)).filter(s -> !s.ended());
    }

    /// A notifier's first NOTIFY may overtake the 2xx: then it is what makes the dialog.
    Optional<LegDialog> early(Relation relation, Inbound inbound, Request notify) {
        if (relation instanceof Subscription s && s.opensDialog(notify)) {
            s.notifier(LegDialog.towardsCaller(notify, inbound, s.token(Leg.B)));
            s.used(notify.from().tag(), eventPackage(notify), false);
            return s.near(Leg.B, notify);
        }
        return Optional.empty();
    }

    /// A request got its 2xx: does it make, prolong or end a subscription?
    void succeeded(Turn turn, Passage passage, Response response, Inbound inbound) {
        if (opens(passage.request)) {
            accepted(turn, passage, response, inbound);
        } else if (passage.request.method().equals(Method.NOTIFY)) {
            notified(turn, passage);
        }
    }

    private void accepted(Turn turn, Passage passage, Response response, Inbound inbound) {
        var request = passage.request;
        var made = passage.call.isPresent() ? inCall(turn, passage) : passage.subscription();
        if (made.isEmpty() || made.get().ended()) {
            return;
        }
        var subscription = made.get();
        if (!request.inDialog()) {
            subscription.notifier(
                    LegDialog.towardsCallee(
                            passage.sent.orElseThrow(),
                            response,
                            inbound.connection(),
                            passage.way.orElseThrow().side(),
                            subscription.token(Leg.B)));
        }
        var notifier = passage.from == Leg.A ? response.to().tag() : request.from().tag();
        var refer = request.method().equals(REFER);
        subscription.used(notifier, refer ? "refer" : eventPackage(request), refer);
        var told = response.header("Expires").or(() -> request.header("Expires"));
        prolong(
                turn,
                subscription,
                refer ? Optional.of(0L) : told.flatMap(SubscriptionDesk::seconds));
    }

    /// The dialogs of a call that SUBSCRIBE or REFER uses, too: they outlive the call.
    private Optional<Subscription> inCall(Turn turn, Passage passage) {
        var call = passage.call.orElseThrow();
        var known = byToken(call.tokenA);
        if (known.isPresent() || call.legB.isEmpty() || full(turn.config().limits(), call.peer)) {
            return known;
        }
        var made = new Subscription(desks.nextNumber(), call, call.legB.get());
        add(made);
        return Optional.of(made);
    }

    private void notified(Turn turn, Passage passage) {
        var state = passage.request.header("Subscription-State").orElse("");
        passage.relation
                .flatMap(r -> byToken(r.token(Leg.A)))
                .ifPresent(
                        s -> {
                            if (state.strip().toLowerCase(Locale.ROOT).startsWith("terminated")) {
                                lastWord(turn, s, passage);
                            } else {
                                prolong(turn, s, expires(state));
                            }
                        });
    }

    private void lastWord(Turn turn, Subscription subscription, Passage passage) {
        var notifier = passage.from == Leg.B ? passage.request.from() : passage.request.to();
        if (subscription.lastWord(notifier.tag(), eventPackage(passage.request))) {
            end(turn, subscription);
        }
    }

    /// It lives as long as was told, and the time in which the last NOTIFY may come (Timer N).
    private void prolong(Turn turn, Subscription subscription, Optional<Long> seconds) {
        var timers = turn.config().timers();
        var most = timers.subscription();
        var told = seconds.map(Duration::ofSeconds).orElse(most);
        var life = (told.compareTo(most) < 0 ? told : most).plus(timers.transaction());
        var until = turn.now().plus(life);
        if (until.isAfter(subscription.until)) {
            subscription.until = until;
            turn.arm(Deadline.Kind.SUBSCRIPTION, subscription.owner(), life);
        }
    }

    void expired(Turn turn, String owner) {
        var subscription = byOwner.get(owner);
        if (subscription != null) {
            desks.reporter().count("subscription.expired");
            end(turn, subscription);
        }
    }

    /// The request that should have made it failed, or the far side has lost it (RFC 5057 §5.1).
    void end(Turn turn, Subscription subscription) {
        turn.disarm(Deadline.Kind.SUBSCRIPTION, subscription.owner());
        subscription.end();
        sweep(subscription);
    }

    void sweep(Subscription subscription) {
        if (subscription.ended()
                && subscription.passages == 0
                && byOwner.remove(subscription.owner()) != null) {
            byToken.remove(subscription.token(Leg.A), subscription);
            byToken.remove(subscription.token(Leg.B), subscription);
            desks.dialogs().remove(subscription.callId(), subscription);
            perPeer.computeIfPresent(subscription.peer, (_, n) -> n == 1 ? null : n - 1);
        }
    }

    private static String eventPackage(Request request) {
        var event = request.header("Event").orElse("");
        var end = event.indexOf(';');
        return (end < 0 ? event : event.substring(0, end)).strip().toLowerCase(Locale.ROOT);
    }

    private static Optional<Long> expires(String state) {
        for (var part : state.split(";", -1)) {
            var text = part.strip().toLowerCase(Locale.ROOT);
            if (text.startsWith("expires=")) {
                return seconds(text.substring("expires=".length()));
            }
        }
        return Optional.empty();
    }

    /// Delta-seconds (RFC 3261 §25.1); beyond ten digits nobody means a number.
    private static Optional<Long> seconds(String text) {
        var digits = text.strip();
        return digits.matches("[0-9]{1,10}")
                ? Optional.of(Long.parseLong(digits))
                : Optional.empty();
    }
}
