package org.surehop.core.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.surehop.core.sip.NextHop;

/// How hops that messages name are dialled when they are configured peers (POL-25).
class KnownHopTest {
    private static final Peer PEER =
            new Peer(
                    "p",
                    List.of("peer.example"),
                    "192.0.2.1",
                    5071,
                    true,
                    true,
                    Peer.Notify.LEARNED,
                    Optional.empty(),
                    Optional.empty());

    @Test
    void asksAPeersAddressForThePeersName() {
        assertEquals(
                new NextHop("peer.example", "192.0.2.1", 5071),
                known(new NextHop("192.0.2.1", "", 5071)));
    }

    @Test
    void findsAPeersDomainWhereThePeerIs() {
        assertEquals(
                new NextHop("peer.example", "192.0.2.1", 5071),
                known(new NextHop("peer.example", "", 0)));
    }

    /// A stranger wrote a peer's name into its Via and went away: the answer went to that peer,
    /// who had asked nothing. It goes to where the request came from, or nowhere.
    @Test
    void doesNotSendTheAnswerForAStrangerToAPeer() {
        var stranger = new NextHop("peer.example", "198.51.100.9", 5061);
        assertEquals(stranger, known(stranger));
    }

    @Test
    void leavesOthersAsTheyAre() {
        var other = new NextHop("other.example", "198.51.100.9", 5061);
        assertEquals(other, known(other));
    }

    private static NextHop known(NextHop hop) {
        return GatewayConfig.known(List.of(PEER), hop);
    }
}
