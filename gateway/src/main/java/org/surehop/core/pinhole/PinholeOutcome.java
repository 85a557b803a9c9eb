package org.surehop.core.pinhole;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.surehop.core.report.Reason;
import org.surehop.core.sdp.SkippedMedia;

/// What the table says to a request.
public sealed interface PinholeOutcome {

    /// Granted. `change` is what the firewall must do, empty when nothing: then the request is
    /// fulfilled already. `refreshIn` is half the lifetime, empty when nothing needs refreshing.
    /// `skipped` names the media that got no flow.
    record Granted(
            Optional<RuleSetChange> change,
            Optional<Duration> refreshIn,
            List<SkippedMedia> skipped)
            implements PinholeOutcome {
        public Granted {
            skipped = List.copyOf(skipped);
        }
    }

    /// Refused whole; no state was changed (MID-2, PIN-4). `detail` is one phrase without
    /// addresses.
    record Refused(Reason reason, String detail) implements PinholeOutcome {}
}
