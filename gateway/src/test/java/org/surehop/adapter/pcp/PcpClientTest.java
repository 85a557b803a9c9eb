package org.surehop.adapter.pcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the client asks for, and when.
class PcpClientTest extends PcpScene {
    @Test
    void asksForTheAddressAndPortOfTheDescriptionOrNothing() {
        open(1, RTP);
        var expected =
                // version, MAP, reserved, lifetime 300 s, we as the client
                "02010000"
                        + "0000012c"
                        + "00000000000000000000ffffc6336401"
                        // nonce, UDP, inside port, outside port and address as inside
                        + "0000000000000007"
                        + "00000001"
                        + "11000000"
                        + "0fa0"
                        + "0fa0"
                        + "00000000000000000000ffff0a000007"
                        // THIRD_PARTY, PREFER_FAILURE, FILTER of one sender, any port
                        + "01000010"
                        + "00000000000000000000ffff0a000007"
                        + "02000000"
                        + "03000014"
                        + "00800000"
                        + "00000000000000000000ffffcb007109";
        assertEquals(expected, HexFormat.of().formatHex(sent.getFirst()));
    }

    @Test
    void answersWhenTheServerHasGrantedAllOfIt() {
        client.change(change(1, List.of(RTP, RTCP, AWAY), List.of()), now);
        assertEquals(2, sent.size(), "what goes out is left to the box");
        grant(0);
        assertEquals(List.of(), said);
        grant(1);
        assertEquals(List.of("applied 1"), said);
    }

    @Test
    void leavesChangesAloneThatAreNotBehindTheBox() {
        client.change(change(1, List.of(AWAY), List.of()), now);
        client.change(change(2, List.of(), List.of(RTP)), now);
        assertEquals(List.of("applied 1", "applied 2"), said);
        assertEquals(0, sent.size());
        assertFalse(client.busy());
    }

    /// MID-42.
    @ParameterizedTest
    @CsvSource({
        "1, upstream-unsupported", "2, upstream-not-authorized", "3, firewall-failed",
        "4, upstream-unsupported", "5, upstream-unsupported", "6, firewall-failed",
        "7, lack-of-resources", "8, lack-of-resources", "9, upstream-unsupported",
        "10, lack-of-resources", "11, upstream-conflict", "12, address-refused",
        "13, lack-of-resources", "200, firewall-failed"
    })
    void aRefusalHasItsReasonAndTakesBackWhatWasGranted(int code, String reason) {
        client.change(change(1, List.of(RTP, RTCP), List.of()), now);
        grant(0);
        answer(1, code, 30, RTCP.port(), RTCP.destination());
        assertEquals(List.of("failed 1 " + reason), said);
        assertEquals(3, sent.size());
        assertEquals(0, lifetimeOf(sent.get(2)), "the granted half is given back");
        answer(2, 0, 0, 0, InetAddress.ofLiteral("::"));
        assertFalse(client.busy());
    }

    @Test
    void whatWasRefusedIsNotAskedAgainForAsLongAsTheServerSaid() {
        open(1, RTP);
        answer(0, 8, 30, RTP.port(), RTP.destination());
        after(29);
        open(2, RTP);
        assertEquals(1, sent.size());
        assertEquals("failed 2 lack-of-resources", said.getLast());
        after(1);
        open(3, RTP);
        assertEquals(2, sent.size());
        // Half an hour is the longest that anybody is believed.
        answer(1, 5, 1_000_000, RTP.port(), RTP.destination());
        open(4, RTCP);
        assertEquals("failed 4 upstream-unsupported", said.getLast(), "it is about the server");
        after(1800);
        open(5, RTP);
        assertEquals(3, sent.size());
    }

    @Test
    void anotherAddressIsRefusedForNobodyCanBeToldOfIt() {
        open(1, RTP);
        answer(0, 0, 300, RTP.port(), InetAddress.ofLiteral("192.0.2.77"));
        assertEquals(List.of("failed 1 upstream-conflict"), said);
        assertEquals(0, lifetimeOf(sent.getLast()));
    }

    @Test
    void aLostMessageIsSentAgainAfterThreeSecondsAndThenTwiceAsLateEachTime() {
        open(1, RTP);
        after(2);
        assertEquals(1, maps().size());
        after(1);
        assertEquals(2, maps().size());
        assertArrayEquals(maps().get(0), maps().get(1));
        grant(1);
        assertEquals(List.of("applied 1"), said);
        client.change(change(2, List.of(), List.of(RTP)), now);
        sent.clear();
        var times = new ArrayList<Integer>();
        for (int second = 1; second <= 200; second++) {
            int before = maps().size();
            after(1);
            if (maps().size() > before) {
                assertEquals(0, lifetimeOf(maps().getLast()));
                times.add(second);
            }
        }
        assertEquals(List.of(3, 9, 21, 45, 93, 189), times);
    }

    @Test
    void aServerThatSaysNothingFailsTheChangeAndIsAskedToForgetIt() {
        open(1, RTP);
        after(4);
        assertEquals(List.of("failed 1 upstream-unreachable"), said);
        assertEquals("does not answer", client.trouble());
        assertEquals(0, lifetimeOf(sent.getLast()));
        after(400);
        assertFalse(client.busy(), "and forgotten here when it would have ended there");
    }

    @Test
    void renewsAtHalfTheLifetimeAndTellsWhatCouldNotBeRenewed() {
        open(1, RTP);
        grant(0, 100);
        sent.clear();
        refreshUntil(56);
        assertEquals(List.of(), maps());
        refreshUntil(57);
        assertEquals(1, maps().size());
        assertEquals(300, lifetimeOf(maps().getFirst()));
        refreshUntil(100);
        assertEquals(List.of("applied 1", "vanished 1"), said.stream().distinct().toList());
        assertTrue(said.contains("vanished 1"));
    }

    @Test
    void whatTheCoreLetsEndIsGivenBack() {
        open(1, RTP);
        grant(0, 86400);
        after(299);
        sent.clear();
        after(1);
        assertEquals(1, maps().size());
        assertEquals(0, lifetimeOf(maps().getFirst()));
        assertFalse(said.contains("vanished 1"));
    }

    @Test
    void aSecondSenderIsAddedToTheMappingAndTakenOutOfIt() {
        var other = flow("203.0.113.50", "10.0.0.7", 4000);
        open(1, RTP);
        grant(0);
        open(2, other);
        // All filters anew: the first takes out those the server has.
        assertEquals(List.of(0, 128, 128), prefixes(sent.getLast()));
        grant(1);
        assertEquals(List.of("applied 1", "applied 2"), said);
        client.change(change(3, List.of(), List.of(RTP)), now);
        assertEquals(List.of(0, 128), prefixes(sent.getLast()));
        assertEquals(nonceOf(sent.get(0)), nonceOf(sent.getLast()));
    }

    @Test
    void aRefusedSecondSenderLeavesTheFirstAsItWas() {
        var other = flow("203.0.113.50", "10.0.0.7", 4000);
        open(1, RTP);
        grant(0);
        open(2, other);
        answer(1, 13, 30, RTP.port(), RTP.destination());
        assertEquals("failed 2 lack-of-resources", said.getLast());
        open(3, RTP);
        assertEquals("applied 3", said.getLast());
    }

    @Test
    void anyoneMeansNoFilter() {
        open(1, flow("0.0.0.0", "10.0.0.7", 4000));
        assertEquals(List.of(), prefixes(sent.getFirst()));
        client = client(false, 10);
        open(2, RTP);
        assertEquals(List.of(), prefixes(sent.getLast()), "nor where the server knows none");
    }
}
