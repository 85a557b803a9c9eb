package org.surehop.sim;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.surehop.core.config.Injection;
import org.surehop.core.gateway.Event;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;

/// Looks on for callers who have never heard of e2e-sec while the gateway asks for it in their
/// name, and for the numbers of a leg on which it had to ask again.
final class Unaware {
    private final boolean injecting;
    private final Map<String, String> numbers = new HashMap<>();
    private final Map<String, Long> firsts = new HashMap<>();
    private final Set<String> heard = new HashSet<>();
    /// The request of this turn, if its sender has sent that very one before.
    private Optional<Request> repeated = Optional.empty();

    Unaware(Injection injection) {
        this.injecting = injection.inject();
    }

    /// Something happens; what leaves because of it follows.
    void before(Event event) {
        repeated = Optional.empty();
        if (event instanceof Event.RequestReceived(_, var inbound, var request)
                && request.inDialog()) {
            var branch = request.topVia().branch();
            if (!heard.add(inbound.connection() + "|" + branch + "|" + request.method())) {
                repeated = Optional.of(request);
            }
        }
    }

    /// The callee refuses the tag of a request.
    static void refused(Truth truth, Response response) {
        truth.tagRefused |=
                response.status().value() == 420 && response.from().tag().equals(caller(truth));
    }

    /// A request leaves; `bare` says that its kind never carries the tag.
    void leaves(Truth truth, Request request, boolean bare) {
        var tagged =
                request.require().contains(SimSettings.TAG)
                        || request.proxyRequire().contains(SimSettings.TAG);
        if (injecting && !truth.plan.assured()) {
            var notify = request.header("Event").orElse("").startsWith(SimSettings.TAG);
            if (request.to().tag().equals(caller(truth))) {
                Invariant.UNAWARE_CALLER_SEES_NOTHING.require(!tagged && !notify, request);
            } else if (request.from().tag().equals(caller(truth))) {
                var wanted = !bare && !truth.tagRefused;
                Invariant.INJECTED_TAG_IS_KEPT.require(tagged == wanted, request, truth.plan);
            }
        }
        counted(request);
    }

    private void counted(Request request) {
        if (request.method().equals(Method.ACK) || request.method().equals(Method.CANCEL)) {
            return;
        }
        var leg = request.callId() + "|" + request.from().tag();
        var dialog = leg + "|" + request.to().tag();
        var number = request.cseq().number();
        var branch = request.topVia().branch();
        var same = numbers.putIfAbsent(dialog + "|" + number, branch);
        Invariant.NUMBERS_ONLY_RISE.require(
                same == null || same.equals(branch) || asked(request), request);
        if (!request.inDialog()) {
            var before = firsts.put(leg, number);
            Invariant.NUMBERS_ONLY_RISE.require(before == null || before < number, request);
        }
    }

    /// Whether the sender itself uses the number once more: over TLS nothing remembers a request
    /// that has been answered (Timer J is zero, RFC 3261 §17.2.2), so the same one is a new one,
    /// and its number crosses as it is, for the far side to judge (§12.2.2). That holds for what
    /// leaves in the same turn and for nothing that the gateway sends later of its own accord.
    private boolean asked(Request request) {
        return repeated.filter(
                        r ->
                                r.method().equals(request.method())
                                        && r.callId().equals(request.callId())
                                        && r.from().tag().equals(request.from().tag())
                                        && r.to().tag().equals(request.to().tag()))
                .isPresent();
    }

    void answered(Truth truth, Response response) {
        if (!injecting || truth.plan.assured() || !response.from().tag().equals(caller(truth))) {
            return;
        }
        Invariant.UNAWARE_CALLER_SEES_NOTHING.require(
                response.header("Hop-Record").isEmpty()
                        && !response.require().contains(SimSettings.TAG)
                        && !response.headers("Unsupported").contains(SimSettings.TAG),
                response,
                truth.plan);
    }

    private static String caller(Truth truth) {
        return "from" + truth.plan.number();
    }
}
