package org.surehop.adapter.pcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Lost state, forged replies, limits and the end.
class PcpFaultsTest extends PcpScene {
    @Test
    void aServerThatLostItsStateIsAskedForEverythingAgainUnderTheSameNonces() {
        open(1, RTP);
        open(2, RTCP);
        grant(0);
        grant(1);
        sent.clear();
        after(20);
        serverStarted = now.getEpochSecond();
        client.received(announcement(), now);
        tick();
        assertEquals(2, maps().size());
        assertEquals(List.of(1, 2), maps().stream().map(PcpScene::nonceOf).sorted().toList());
        assertEquals(List.of("applied 1", "applied 2"), said);
        // A flood of such news makes no flood of ours.
        for (int i = 0; i < 100; i++) {
            serverStarted = now.getEpochSecond() + i % 2 * 500;
            client.received(announcement(), now);
            tick();
        }
        assertEquals(2, maps().size());
    }

    @Test
    void repliesThatFitNothingDoNothing() {
        open(1, RTP);
        var random = new Random(5);
        for (int i = 0; i < 20_000; i++) {
            var forged = reply(0, 0, 300, RTP.port(), RTP.destination());
            switch (i % 4) {
                case 0 -> forged[24 + random.nextInt(12)] ^= (byte) (1 + random.nextInt(255));
                case 1 -> random.nextBytes(forged);
                case 2 -> forged = java.util.Arrays.copyOf(forged, random.nextInt(60));
                default -> forged[36 + (i / 4 % 2 == 0 ? 0 : 5)] ^= 1;
            }
            client.received(forged, now);
        }
        assertEquals(List.of(), said);
        assertTrue(client.ignored() > 19_000);
        grant(0);
        client.received(reply(0, 2, 1800, RTP.port(), RTP.destination()), now);
        assertEquals(List.of("applied 1"), said, "a late refusal is no answer to anything");
    }

    @Test
    void aMappingThatTheServerMovesIsOne() {
        open(1, RTP);
        grant(0);
        client.received(reply(0, 0, 300, RTP.port(), InetAddress.ofLiteral("192.0.2.7")), now);
        assertEquals(List.of("applied 1", "vanished 1"), said);
    }

    @Test
    void holdsNoMoreMappingsAndSendersThanItMay() {
        client = client(true, 1);
        open(1, RTP);
        open(2, RTCP);
        assertEquals(List.of("failed 2 lack-of-resources"), said);
        for (int i = 0; i < MapRequest.MOST_FILTERS - 1; i++) {
            open(10 + i, flow("203.0.112." + (i + 1), "10.0.0.7", 4000));
        }
        open(99, flow("203.0.112.99", "10.0.0.7", 4000));
        assertEquals("failed 99 lack-of-resources", said.getLast());
        grant(0);
        assertTrue(sent.getLast().length <= 1100);
        assertEquals(0, sent.getLast().length % 4);
    }

    @Test
    void aFlowThatComesBackWhileItLeavesKeepsItsNonce() {
        open(1, RTP);
        grant(0);
        client.change(change(2, List.of(), List.of(RTP)), now);
        open(3, RTP);
        assertEquals(nonceOf(sent.get(0)), nonceOf(sent.getLast()));
        assertEquals(300, lifetimeOf(sent.getLast()));
        // The late word on the removal is not taken for the grant.
        answer(0, 0, 0, 0, InetAddress.ofLiteral("::"));
        assertEquals(List.of("applied 1", "applied 2"), said);
        grant(0);
        assertEquals("applied 3", said.getLast());
    }

    @Test
    void theEndGivesEverythingBack() {
        open(1, RTP);
        grant(0);
        open(2, RTCP);
        sent.clear();
        client.leaveAll(now);
        assertEquals("failed 2 gateway-stopping", said.getLast());
        assertTrue(maps().stream().allMatch(m -> lifetimeOf(m) == 0));
        assertEquals(2, maps().size());
    }
}
