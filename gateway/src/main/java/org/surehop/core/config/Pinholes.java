package org.surehop.core.config;

import java.time.Duration;
import java.util.List;

/// Pinholes. `driver` is `NFTABLES`, `MEMORY` (no kernel: for trials) or `NONE`; never chosen
/// silently. `insidePrefixes` are CIDR blocks that A0 must lie in (MID-50); `mediaSource` `UA`
/// also demands the address of the user agent itself. `deniedPorts` are refused on both sides.
public record Pinholes(
        Driver driver,
        String table,
        List<Prefix> insidePrefixes,
        MediaSource mediaSource,
        Duration earlyLifetime,
        Duration lifetime,
        int minimumPort,
        List<Integer> deniedPorts,
        int maxMedia,
        int maxRulesPerCall,
        int maxRules) {
    public Pinholes {
        insidePrefixes = List.copyOf(insidePrefixes);
        deniedPorts = List.copyOf(deniedPorts);
    }

    /// Who keeps the rules.
    public enum Driver {
        NFTABLES,
        MEMORY,
        NONE
    }

    /// What the inside media address is checked against (MID-50).
    public enum MediaSource {
        UA,
        PREFIXES
    }
}
