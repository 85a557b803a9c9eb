package org.surehop.adapter.ipsec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

/// POL-80: what of the kernel's tables protects a flow, from what iproute2 6.1 printed.
class XfrmTablesTest {
    private static final String POLICY_OUT =
            """
            src 10.1.1.1/32 dst 10.1.1.2/32 proto tcp\s
            \tdir out priority 5 ptype main\s
            \ttmpl src 0.0.0.0 dst 0.0.0.0
            \t\tproto esp reqid 7 mode transport
            """;
    private static final String POLICY_IN =
            """
            src 10.1.1.2/32 dst 10.1.1.1/32\s
            \tdir in priority 5 ptype main\s
            \ttmpl src 10.1.1.2 dst 10.1.1.1
            \t\tproto esp reqid 7 mode transport
            """;
    private static final String OTHERS =
            """
            src ::/0 dst fd00::1/128\s
            \tsocket in priority 0 ptype main\s
            src 10.1.1.9/32 dst 10.1.1.1/32\s
            \tdir in action block priority 0 ptype main\s
            src ::/0 dst fd00::1/128\s
            \tdir in priority 0 ptype main\s
            \ttmpl src :: dst ::
            \t\tproto esp reqid 0 mode transport
            """;
    private static final String STATE_OUT =
            """
            src 10.1.1.1 dst 10.1.1.2
            \tproto esp spi 0x00001001 reqid 7 mode transport
            \treplay-window 0\s
            \taead rfc4106(gcm(aes)) <<Keys hidden>> 128
            \tanti-replay context: seq 0x0, oseq 0x0, bitmap 0x00000000
            \tsel src 0.0.0.0/0 dst 0.0.0.0/0\s
            """;
    private static final String STATE_IN =
            """
            src 10.1.1.2 dst 10.1.1.1
            \tproto esp spi 0x00001002 reqid 7 mode transport
            \treplay-window 0\s
            \tauth-trunc hmac(sha256) <<Keys hidden>> 128
            \tenc cbc(aes) <<Keys hidden>>
            \tanti-replay context: seq 0x0, oseq 0x0, bitmap 0x00000000
            \tsel src 0.0.0.0/0 dst 0.0.0.0/0\s
            """;
    private static final String POLICIES = OTHERS + POLICY_OUT + POLICY_IN;
    private static final String STATES = STATE_OUT + STATE_IN;

    @Test
    void findsAnAddressPairThatIsProtectedBothWays() {
        assertEquals(
                new XfrmTables.Judgement("rfc4106(gcm(aes))", ""), judge(POLICIES, STATES, 5060));
    }

    @Test
    void takesAssociationsWithoutPoliciesForNothing() {
        assertMissing("no policy demands ESP out, 10.1.1.1 to 10.1.1.2", OTHERS, STATES);
        assertMissing(
                "no policy demands ESP in, 10.1.1.2 to 10.1.1.1", OTHERS + POLICY_OUT, STATES);
    }

    @Test
    void takesPoliciesWithoutAssociationsForNothing() {
        assertMissing("no security association out, 10.1.1.1 to 10.1.1.2", POLICIES, "");
        assertMissing("no security association in, 10.1.1.2 to 10.1.1.1", POLICIES, STATE_OUT);
        var other = STATES.replace("reqid 7", "reqid 8");
        assertMissing("no security association out, 10.1.1.1 to 10.1.1.2", POLICIES, other);
        var tunnel = STATES.replace("mode transport", "mode tunnel");
        assertMissing("no security association out, 10.1.1.1 to 10.1.1.2", POLICIES, tunnel);
    }

    @Test
    void refusesPoliciesThatLetClearTextPass() {
        var optional = POLICIES.replace("mode transport\n", "mode transport\n\t\tlevel use \n");
        assertMissing("no policy demands ESP out, 10.1.1.1 to 10.1.1.2", optional, STATES);
        var blocked = POLICIES.replace("dir out priority", "dir out action block priority");
        assertMissing("no policy demands ESP out, 10.1.1.1 to 10.1.1.2", blocked, STATES);
        var ah = POLICIES.replace("proto esp", "proto ah");
        assertMissing("no policy demands ESP out, 10.1.1.1 to 10.1.1.2", ah, STATES);
    }

    @Test
    void heedsThePolicyThatTheKernelWouldTakeFirst() {
        var bypass =
                """
                src 0.0.0.0/0 dst 10.1.1.0/24 proto tcp dport 5060\s
                \tdir out priority 4 ptype main\s
                """;
        assertMissing("no policy demands ESP out, 10.1.1.1 to 10.1.1.2", bypass + POLICIES, STATES);
        var later = bypass.replace("priority 4", "priority 6");
        assertEquals("", judge(later + POLICIES, STATES, 5060).missing());
        var same = bypass.replace("priority 4", "priority 5");
        assertMissing("no policy demands ESP out, 10.1.1.1 to 10.1.1.2", same + POLICIES, STATES);
        assertEquals("", judge(bypass + POLICIES, STATES, 5070).missing(), "another port");
        var elsewhere = bypass.replace("dport 5060", "dport 5060 dev eth9");
        assertEquals("", judge(elsewhere + POLICIES, STATES, 5060).missing(), "another interface");
    }

    @Test
    void reliesOnNoPolicyForMarkedPacketsButFearsThem() {
        var marked = POLICIES.replace("ptype main \n", "ptype main \n\tmark 0x5/0x7 \n");
        assertMissing("no policy demands ESP out, 10.1.1.1 to 10.1.1.2", marked, STATES);
        var bypass =
                """
                src 0.0.0.0/0 dst 0.0.0.0/0\s
                \tdir out priority 1 ptype main\s
                \tif_id 0x3
                """;
        assertMissing("no policy demands ESP out, 10.1.1.1 to 10.1.1.2", bypass + POLICIES, STATES);
    }

    @Test
    void refusesAssociationsThatDoNotEncrypt() {
        var says = "a security association does not encrypt in, 10.1.1.2 to 10.1.1.1";
        assertMissing(says, POLICIES, STATES.replace("enc cbc(aes)", "enc ecb(cipher_null)"));
        assertMissing(says, POLICIES, STATES.replace("\tauth-trunc hmac(sha256)", "\tflag x"));
        assertMissing(says, POLICIES, STATES.replace("hmac(sha256)", "digest_null"));
        var gmac = STATE_IN.replace("auth-trunc hmac(sha256)", "aead rfc4543(gcm(aes))");
        assertMissing(says, POLICIES, STATES + gmac);
    }

    @Test
    void holdsAssociationsToTheirOwnSelector() {
        var udp =
                STATES.replace(
                        "sel src 0.0.0.0/0 dst 0.0.0.0/0",
                        "sel src 0.0.0.0/0 dst 0.0.0.0/0 proto udp");
        assertMissing("no security association out, 10.1.1.1 to 10.1.1.2", POLICIES, udp);
        var exact = STATE_OUT.replace("0.0.0.0/0 dst 0.0.0.0/0", "10.1.1.1/32 dst 10.1.1.2/32");
        assertEquals("", judge(POLICIES, exact + STATE_IN, 5060).missing());
    }

    @Test
    void readsNothingIntoWhatIsNoTable() {
        for (var bad :
                List.of(
                        "\tdir out",
                        "src x dst y\n\tdir out\n",
                        "src 1.1.1.1/99 dst 1.1.1.1/32\n\tdir in\n")) {
            assertThrows(IllegalArgumentException.class, () -> XfrmTables.parse(bad, ""), bad);
        }
    }

    private static void assertMissing(String what, String policies, String states) {
        assertEquals(new XfrmTables.Judgement("", what), judge(policies, states, 5060));
    }

    private static XfrmTables.Judgement judge(String policies, String states, int port) {
        var out =
                new Selector.Flow(
                        new InetSocketAddress(InetAddress.ofLiteral("10.1.1.1"), 40_000),
                        new InetSocketAddress(InetAddress.ofLiteral("10.1.1.2"), port),
                        "eth0");
        return XfrmTables.parse(policies, states).judge(out);
    }
}
