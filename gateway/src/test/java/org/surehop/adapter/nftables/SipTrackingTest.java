package org.surehop.adapter.nftables;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/// Kernels since 6.0 have no switch for helpers any more, and only the switch was looked at: a rule
/// of the operator that gives the SIP helper to connections went unseen (MID-36).
class SipTrackingTest {
    private static final String LISTED =
            """
            table ip raw {
            \tct helper sip-5060 {
            \t\ttype "sip" protocol udp
            \t\tl3proto ip
            \t}
            \tct helper ftp-21 {
            \t\ttype "ftp" protocol tcp
            \t\tl3proto ip
            \t}
            }
            table inet other {
            \tct helper voice {
            \t\ttype "sip" protocol tcp
            \t\tl3proto inet
            \t}
            }
            """;

    @Test
    void findsTheObjectsForSipAlone() {
        assertEquals(List.of("sip-5060", "voice"), SipTracking.objects(LISTED));
        assertEquals(List.of(), SipTracking.objects(""));
    }
}
