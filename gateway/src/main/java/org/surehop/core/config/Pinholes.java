package org.surehop.core.config;

import java.time.Duration;
import java.util.List;

/// Pinholes. `driver` is `NFTABLES`, `MEMORY` (no kernel: for trials), `SIMCO` (middleboxes of
/// other boxes) or `NONE`; never chosen silently. `insidePrefixes` are CIDR blocks that A0 must
/// lie in (MID-50); `mediaSource` `UA` also demands the address of the user agent itself.
/// `deniedPorts` are refused on both sides.
/// `media` says what else media may have.
/// `upstream` is a box above this one where the same is opened; `packets` is for the kernel.
/// `nat` is our own translation.
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
        int maxRules,
        MediaRules media,
        Upstream upstream,
        PacketRules packets,
        Nat nat) {
    public Pinholes {
        insidePrefixes = List.copyOf(insidePrefixes);
        deniedPorts = List.copyOf(deniedPorts);
        Valid.that(
                table.matches("[A-Za-z][A-Za-z0-9_]*"),
                "pinholes.table must be a name of letters, digits and _");
        Valid.positive("pinholes.early-lifetime", earlyLifetime);
        Valid.positive("pinholes.lifetime", lifetime);
        Valid.port("pinholes.minimum-port", minimumPort);
        deniedPorts.forEach(denied -> Valid.port("pinholes.denied-ports", denied));
        Valid.positive("pinholes.max-media", maxMedia);
        Valid.positive("pinholes.max-rules-per-call", maxRulesPerCall);
        Valid.positive("pinholes.max-rules", maxRules);
    }

    /// With the usual rules for media, and nothing upstream.
    public Pinholes(
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
        this(
                driver,
                table,
                insidePrefixes,
                mediaSource,
                earlyLifetime,
                lifetime,
                minimumPort,
                deniedPorts,
                maxMedia,
                maxRulesPerCall,
                maxRules,
                MediaRules.USUAL,
                Upstream.NONE,
                PacketRules.USUAL,
                Nat.NONE);
    }

    /// Who keeps the rules.
    public enum Driver {
        NFTABLES,
        MEMORY,
        SIMCO,
        NONE
    }

    /// What the inside media address is checked against (MID-50).
    public enum MediaSource {
        UA,
        PREFIXES
    }
}
