package org.surehop.core.gateway;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.surehop.core.config.Demands;
import org.surehop.core.disclosure.BodyFacts;
import org.surehop.core.disclosure.IdentityBody;
import org.surehop.core.disclosure.IdentityBody.Finding;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.report.Severity;

/// Looks at identity bodies (RFC 3893): do they fit their message, and did they come before? Each
/// that fits is remembered as long as it is good, at most [#MOST] of them; the oldest go first.
final class IdentityDesk {
    static final int MOST = 10_000;

    private final Reporter reporter;
    private final Map<String, Seen> seen = new LinkedHashMap<>();

    /// When it came, and with which request.
    private record Seen(Instant at, String key) {}

    IdentityDesk(Reporter reporter) {
        this.reporter = reporter;
    }

    /// Why the message must not go on, if that is so; what does not fit is told in any case.
    Optional<Reason> check(
            Turn turn,
            Passage passage,
            BodyFacts facts,
            IdentityBody.Outer outer,
            Demands demands) {
        if (IdentityBody.contradictsLabel(facts, outer)) {
            tell(turn, passage, Reason.LABEL_MISMATCH, "Proxy-Inspect-Body");
            return Optional.of(Reason.LABEL_MISMATCH);
        }
        if (demands.identities() == Demands.Identities.IGNORE) {
            return Optional.empty();
        }
        Optional<Reason> worst = Optional.empty();
        for (var finding : IdentityBody.compare(facts, outer, turn.now())) {
            switch (finding) {
                case Finding.Differs(var headers) -> {
                    tell(turn, passage, Reason.IDENTITY_MISMATCH, String.join(",", headers));
                    worst = Optional.of(Reason.IDENTITY_MISMATCH);
                }
                case Finding.Fits(var mark, _) when repeated(turn.now(), mark, passage) -> {
                    tell(turn, passage, Reason.IDENTITY_REPLAYED, "Call-ID");
                    worst = Optional.of(Reason.IDENTITY_REPLAYED);
                }
                case Finding.Fits(_, var signer) -> {
                    reporter.count("identity.verified");
                    passage.call.ifPresent(c -> c.fact("identity", "signed under " + signer));
                }
            }
        }
        return demands.identities() == Demands.Identities.REFUSE ? worst : Optional.empty();
    }

    /// The same body with another request. A copy of the same one never comes here twice.
    private boolean repeated(Instant now, String mark, Passage passage) {
        var oldest = now.minus(IdentityBody.VALID.multipliedBy(2));
        var eldest = seen.values().iterator();
        while (eldest.hasNext() && eldest.next().at().isBefore(oldest)) {
            eldest.remove();
        }
        var key = passage.request.topVia().branch() + passage.request.cseq().number();
        var before = seen.putIfAbsent(mark, new Seen(now, key));
        if (seen.size() > MOST) {
            seen.remove(seen.keySet().iterator().next());
        }
        return before != null && !before.key().equals(key);
    }

    private void tell(Turn turn, Passage passage, Reason reason, String headers) {
        reporter.tell(
                turn,
                new Reporter.What(NoticeKind.IDENTITY_MISMATCH, Severity.WARNING, reason),
                Optional.of(passage.key()),
                Optional.of(passage.from),
                Map.of("headers", headers));
    }

    int size() {
        return seen.size();
    }
}
