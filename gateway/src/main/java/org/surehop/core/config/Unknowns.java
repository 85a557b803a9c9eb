package org.surehop.core.config;

import java.time.Duration;
import org.surehop.core.config.MediaRules.Otherwise;

/// What opens while, or although, not both descriptions of a session can be read. All of it is
/// off as shipped, but for the look at the counters: `noMediaAfter` an answer it is told when
/// nothing has come through the pinholes of a session in one direction (PIN 6.4).
///
/// `preAnswer` lets anyone send to who has offered inside, until somebody has answered (PIN-25);
/// `blind` lets anyone send to a range of ports of a user agent inside whose description is for
/// others alone (PIN-5); `mixedConfidentiality` says what becomes of an answer in clear to an offer
/// that was protected.
public record Unknowns(
        PreAnswer preAnswer, Blind blind, Otherwise mixedConfidentiality, Duration noMediaAfter) {
    /// As shipped.
    public static final Unknowns USUAL =
            new Unknowns(PreAnswer.NONE, Blind.USUAL, Otherwise.PASS, Duration.ofSeconds(10));

    public Unknowns {
        Valid.positive("pinholes.no-media-after", noMediaAfter);
    }

    /// Who may send before the answer.
    public enum PreAnswer {
        NONE,
        WILDCARD
    }

    /// Ports of media that nobody here can see; UDP, both included.
    public record Blind(Media media, int lowestPort, int highestPort) {
        /// As shipped.
        public static final Blind USUAL = new Blind(Media.NONE, 16_384, 16_399);

        public Blind {
            Valid.port("pinholes.blind-lowest-port", lowestPort);
            Valid.port("pinholes.blind-highest-port", highestPort);
            Valid.that(
                    lowestPort <= highestPort,
                    "pinholes.blind-highest-port must not be below pinholes.blind-lowest-port");
        }

        /// Whether any such media may pass.
        public boolean allowed() {
            return media == Media.RANGE;
        }

        /// What such media may have.
        public enum Media {
            NONE,
            RANGE
        }
    }
}
