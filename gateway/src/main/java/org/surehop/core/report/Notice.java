package org.surehop.core.report;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.surehop.core.sip.Leg;

/// One thing that a person or a system is told: written to the journal first, then sent as an SNMP
/// notification and an MQTT message. Never holds key material, body text or user names beyond what
/// the call key says. `details` are small, ordered, and safe to send: for example `verdict`, `hop`,
/// `flow`, `packets`.
public record Notice(
        Instant at,
        NoticeKind kind,
        Severity severity,
        Optional<CallKey> call,
        Optional<Leg> leg,
        Reason reason,
        Map<String, String> details) {
    public Notice {
        details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
    }
}
