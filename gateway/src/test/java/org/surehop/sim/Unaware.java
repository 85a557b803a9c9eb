package org.surehop.sim;

import java.util.HashMap;
import java.util.Map;
import org.surehop.core.config.Injection;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;

/// Looks on for callers who have never heard of e2e-sec while the gateway asks for it in their
/// name, and for the numbers of a leg on which it had to ask again.
final class Unaware {
    private final boolean injecting;
    private final Map<String, String> numbers = new HashMap<>();
    private final Map<String, Long> firsts = new HashMap<>();

    Unaware(Injection injection) {
        this.injecting = injection.inject();
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
        Invariant.NUMBERS_ONLY_RISE.require(same == null || same.equals(branch), request);
        if (!request.inDialog()) {
            var before = firsts.put(leg, number);
            Invariant.NUMBERS_ONLY_RISE.require(before == null || before < number, request);
        }
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
