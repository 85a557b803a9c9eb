package org.surehop.core.config;

import org.surehop.core.sdp.SourcePolicy;

/// What media may have as pinholes: who may send (PIN-2), what is done about private addresses
/// without a way around a NAT (PIN-1) and about protocols that nobody here knows (PIN 6.2), the
/// most ICE candidates of one description, the most rules of one user (MID-51), and what holds
/// where descriptions cannot be read.
public record MediaRules(
        SourcePolicy source,
        Otherwise natWithoutIce,
        Otherwise unknownMedia,
        int maxCandidates,
        int maxRulesPerUser,
        Unknowns unknowns) {
    /// Unless configured otherwise.
    public static final MediaRules USUAL =
            new MediaRules(SourcePolicy.ADDR, Otherwise.PASS, Otherwise.PASS, 64, 512);

    /// With what is usual where descriptions cannot be read.
    public MediaRules(
            SourcePolicy source,
            Otherwise natWithoutIce,
            Otherwise unknownMedia,
            int maxCandidates,
            int maxRulesPerUser) {
        this(source, natWithoutIce, unknownMedia, maxCandidates, maxRulesPerUser, Unknowns.USUAL);
    }

    public MediaRules {
        Valid.positive("pinholes.max-candidates", maxCandidates);
        Valid.positive("pinholes.max-rules-per-user", maxRulesPerUser);
    }

    /// What becomes of a call that brings such media.
    public enum Otherwise {
        PASS,
        REFUSE
    }
}
