package org.surehop.core.gateway;

import java.util.Map;
import java.util.Optional;
import org.surehop.core.call.Exchange;
import org.surehop.core.config.Demands;
import org.surehop.core.disclosure.BodyFacts;
import org.surehop.core.disclosure.SignedTunnel;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.report.Severity;

/// Looks at signed copies of whole messages (RFC 3261 §23.4, SM-7): somebody has changed the
/// message around one that differs from it.
final class TunnelDesk {
    private final Reporter reporter;

    TunnelDesk(Reporter reporter) {
        this.reporter = reporter;
    }

    /// Why the message must not go on, if that is so; what does not fit is told in any case.
    Optional<Reason> check(Turn turn, Passage passage, BodyFacts facts, Demands demands) {
        if (SignedTunnel.in(facts)) {
            passage.copied = true;
        }
        if (demands.tunnels() == Demands.Identities.IGNORE) {
            return Optional.empty();
        }
        var wrong = false;
        for (var finding : SignedTunnel.compare(facts, outer(passage), turn.now())) {
            if (!finding.differs().isEmpty()) {
                wrong = true;
                var headers = String.join(",", finding.differs());
                tell(turn, passage, Reason.TUNNEL_MISMATCH, headers);
            } else if (finding.late()) {
                // §23.4.1: the reader is warned, no more.
                tell(turn, passage, Reason.SIGNATURE_STALE, "Date");
            } else {
                reporter.count("tunnel.verified");
            }
        }
        return wrong && demands.tunnels() == Demands.Identities.REFUSE
                ? Optional.of(Reason.TUNNEL_MISMATCH)
                : Optional.empty();
    }

    private static SignedTunnel.Outer outer(Passage passage) {
        return passage.state instanceof Exchange.State.ReadingAnswer(var answer)
                ? SignedTunnel.Outer.of(answer)
                : SignedTunnel.Outer.of(passage.request);
    }

    private void tell(Turn turn, Passage passage, Reason reason, String headers) {
        reporter.tell(
                turn,
                new Reporter.What(NoticeKind.IDENTITY_MISMATCH, Severity.WARNING, reason),
                Optional.of(passage.key()),
                Optional.of(passage.from),
                Map.of("headers", headers));
    }
}
