package org.surehop.core.config;

import java.time.Duration;

/// RFC 3261 Table 4 on reliable transports: everything follows T1. `ringing` is Timer C per leg
/// (EDG-55); `callDuration` ends calls that nobody ends; `work` bounds one CMS or firewall job;
/// `subscription` is how long dialogs of SUBSCRIBE and REFER live without a refresh.
public record Timers(
        Duration t1,
        Duration ringing,
        Duration callDuration,
        Duration work,
        Duration subscription) {
    public Timers {
        Valid.positive("timers.t1", t1);
        Valid.positive("timers.ringing", ringing);
        Valid.positive("timers.call-duration", callDuration);
        Valid.positive("timers.work", work);
        Valid.positive("timers.subscription", subscription);
    }

    /// 64*T1: timers B, F, H, L and M.
    public Duration transaction() {
        return t1.multipliedBy(64);
    }
}
