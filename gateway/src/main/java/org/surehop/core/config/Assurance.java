package org.surehop.core.config;

import java.time.Duration;
import java.util.List;

/// e2e-sec. `optionTag` is configurable because it is unregistered (POL-87); `rejectStatus` is
/// 420, 480 or 488 (POL-31); `passThrough` lists the extensions that may cross without being
/// understood (POL-85); `grace` and `cap` are POL-66 and POL-67; `maxHops` POL-95;
/// `requireSignedNotify` POL-99. `notifyBodyType` is POL-46. `hops` is what is told and believed of
/// them.
public record Assurance(
        String optionTag,
        int rejectStatus,
        List<String> passThrough,
        Duration grace,
        Duration cap,
        int maxHops,
        boolean requireSignedNotify,
        String notifyBodyType,
        OnMismatch onMismatch,
        HopPolicy hops) {

    /// What becomes of a call whose path did not hold (POL-66).
    public enum OnMismatch {
        REPORT,
        TERMINATE
    }

    /// With nothing said of hops.
    public Assurance(
            String optionTag,
            int rejectStatus,
            List<String> passThrough,
            Duration grace,
            Duration cap,
            int maxHops,
            boolean requireSignedNotify,
            String notifyBodyType,
            OnMismatch onMismatch) {
        this(
                optionTag,
                rejectStatus,
                passThrough,
                grace,
                cap,
                maxHops,
                requireSignedNotify,
                notifyBodyType,
                onMismatch,
                HopPolicy.usual());
    }

    public Assurance {
        passThrough = List.copyOf(passThrough);
        Valid.named("assurance.option-tag", optionTag);
        Valid.named("assurance.notify-body-type", notifyBodyType);
        Valid.that(
                List.of(420, 480, 488).contains(rejectStatus),
                "assurance.reject-status must be 420, 480 or 488");
        Valid.that(!grace.isNegative(), "assurance.grace must not be negative");
        Valid.that(cap.compareTo(grace) >= 0, "assurance.cap must not be shorter than grace");
        Valid.that(maxHops >= 1 && maxHops <= 70, "assurance.max-hops must be from 1 to 70");
    }

    /// How long after a 2xx its verdict waits while that many hops have said nothing: `grace`, and
    /// a second more for each of them but one, at most `cap`; not at all where the grace is none.
    /// A gateway further on waits for fewer hops, so its combined NOTIFY (POL-51) still comes in
    /// time, and it is not taken for silent itself.
    public Duration patience(int silent) {
        if (grace.isZero()) {
            return grace;
        }
        var wait = grace.plusSeconds(Math.max(0, silent - 1));
        return wait.compareTo(cap) < 0 ? wait : cap;
    }
}
