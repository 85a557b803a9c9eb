package org.surehop.core.gateway;

import java.util.Map;
import java.util.Optional;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.report.Severity;
import org.surehop.core.sip.ChannelSecurity;
import org.surehop.core.sip.Inbound;
import org.surehop.core.sip.Request;

/// Lets calls for help pass where policy says so (EDG-63): in clear, and with a body that nobody
/// can read. Each is told, since it passes what would stop others.
record EmergencyDesk(Desks desks) {
    /// Who asks for e2e-sec. In clear the tag cannot be kept; who calls for help is let through
    /// without it.
    Demand demand(Turn turn, Inbound inbound, Request request, Passage.Way way) {
        var clear = inbound.security() instanceof ChannelSecurity.Clear;
        return clear && new Admission(turn.config()).bypasses(request)
                ? Demand.NONE
                : desks.injection().demand(turn, inbound, request, way);
    }

    /// Whether it belongs to a call for help that was let pass.
    boolean helped(Turn turn, Inbound inbound, Request request) {
        return request.inDialog()
                && desks.dialogs()
                        .ofCall(turn, inbound, request)
                        .filter(h -> h.relation() instanceof Call call && call.bypass)
                        .isPresent();
    }

    /// Marks and tells a new call for help; of others it knows nothing.
    void begin(Turn turn, Passage passage) {
        if (!new Admission(turn.config()).bypasses(passage.request)) {
            return;
        }
        passage.bypass = true;
        passage.call.ifPresent(c -> c.bypass = true);
        desks.reporter()
                .tell(
                        turn,
                        new Reporter.What(
                                NoticeKind.EMERGENCY_BYPASS, Severity.WARNING, Reason.EMERGENCY),
                        Optional.of(passage.key()),
                        Optional.of(passage.from),
                        Map.of("ingress", CallDesk.channel(passage.inbound.security())));
    }
}
