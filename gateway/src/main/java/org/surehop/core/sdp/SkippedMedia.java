package org.surehop.core.sdp;

/// A medium for which no flow is made, and why. `index` counts the `m=` lines from 0.
public record SkippedMedia(int index, Why why) {

    /// Why nothing is opened.
    public enum Why {
        /// Port 0 in the offer or the answer (PIN-21).
        REFUSED,
        /// Not a protocol known here: reported (PIN 6.2, unknown proto).
        PROTOCOL_NOT_KNOWN,
        /// Offer and answer name different protocols or kinds for one position.
        NOT_THE_SAME,
        /// `c=0.0.0.0`, `c=::` or the discard port: there is no place to send to (PIN-20).
        NO_ADDRESS,
        /// IPv4 on one side and IPv6 on the other.
        FAMILIES_DIFFER,
        /// Zero bandwidth.
        SILENT,
        /// Only names where addresses would be needed: nobody looks them up.
        NAMES_ONLY,
        /// ICE candidates, and none that may have a pinhole.
        NO_CANDIDATE
    }

    /// Whether somebody should be told: the call may be without this medium against its will.
    public boolean unexpected() {
        return switch (why) {
            case PROTOCOL_NOT_KNOWN, NOT_THE_SAME, FAMILIES_DIFFER, NAMES_ONLY, NO_CANDIDATE ->
                    true;
            case REFUSED, NO_ADDRESS, SILENT -> false;
        };
    }
}
