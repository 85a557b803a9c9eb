package org.surehop.core.sdp;

/// Well-formed UTF-8 only (RFC 3629): no overlong form, no surrogate, nothing above U+10FFFF.
final class Utf8 {
    private Utf8() {}

    static void check(byte[] octets) throws SdpRefusal {
        int at = 0;
        while (at < octets.length) {
            int length = length(octets, at);
            if (length == 0) {
                throw new SdpRefusal(SdpProblem.Kind.BAD_TEXT, 0, "not UTF-8");
            }
            at += length;
        }
    }

    /// The length of the character that starts at `at`, or 0 when none does.
    private static int length(byte[] octets, int at) {
        int first = octets[at] & 0xFF;
        if (first < 0x80) {
            return 1;
        }
        int length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
        if (first < 0xC2 || first > 0xF4 || at + length > octets.length) {
            return 0;
        }
        for (int i = at + 1; i < at + length; i++) {
            if ((octets[i] & 0xC0) != 0x80) {
                return 0;
            }
        }
        int second = octets[at + 1] & 0xFF;
        boolean overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
        boolean outside = (first == 0xED && second > 0x9F) || (first == 0xF4 && second > 0x8F);
        return overlong || outside ? 0 : length;
    }
}
