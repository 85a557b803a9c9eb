package org.surehop.core.sdp;

/// Why a session description, or a pair of them, is refused whole. `line` counts from 1 and is 0
/// when no line is to blame; `detail` is a fixed phrase that never repeats what the SDP says.
public record SdpProblem(Kind kind, int line, String detail) implements SdpResult, FragmentResult {

    /// What is wrong, coarsely: policy chooses the reason and the answer by this.
    public enum Kind {
        /// More octets, lines or octets in a line than the parser reads.
        TOO_LARGE,
        /// Not UTF-8, or a NUL or bare CR inside.
        BAD_TEXT,
        /// Lines missing, doubled, in the wrong order, or not of the RFC 8866 form.
        BAD_SYNTAX,
        /// More `m=` lines than allowed (MID-51).
        TOO_MANY_MEDIA,
        /// More ICE candidates than allowed (MID-51).
        TOO_MANY_CANDIDATES,
        /// A port that is no number of 0 to 65535, or a port count that passes the end.
        BAD_PORT,
        /// An address that is no plain literal of its declared type; IPv4-mapped IPv6 too (PIN-28).
        BAD_ADDRESS,
        /// A host name where only an address can make a pinhole.
        NAME,
        /// A multicast address.
        MULTICAST,
        /// A medium in use without any `c=` (RFC 8866 §5.7).
        NO_CONNECTION,
        /// A BUNDLE group that cannot be one (RFC 9143): a section in two groups, two sections of
        /// one name, or two families of addresses.
        BAD_BUNDLE,
        /// Offer and answer do not pair by position (RFC 3264 §6).
        NOT_A_PAIR
    }

    @Override
    public String toString() {
        return line == 0 ? detail : "line " + line + ": " + detail;
    }
}
