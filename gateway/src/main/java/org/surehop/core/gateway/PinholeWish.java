package org.surehop.core.gateway;

import java.net.InetAddress;
import java.util.Set;
import org.surehop.core.disclosure.Assured;
import org.surehop.core.disclosure.Unread;
import org.surehop.core.pinhole.GroupId;
import org.surehop.core.pinhole.Party;
import org.surehop.core.sip.Leg;

/// What is asked for one dialog of a call: who has offered what, and who has answered what.
record PinholeWish(Call call, Session session, Leg offerer, Assured offer, Assured answer) {

    /// What is asked for a user agent inside whose description passes unread (PIN-5).
    record Blind(Call call, Session session, Unread proof, Set<InetAddress> inside) {}

    GroupId group() {
        return session.group;
    }

    Party offering() {
        return party(offerer, offer);
    }

    Party answering() {
        return party(offerer.other(), answer);
    }

    private Party party(Leg leg, Assured proof) {
        var plain = party(call, leg, proof);
        return new Party(plain.side(), proof, plain.signalling(), session.trickled(proof));
    }

    static Party party(Call call, Leg leg, Assured proof) {
        return leg == Leg.A
                ? new Party(call.legA.side(), proof, call.addressA)
                : new Party(call.sideB, proof, call.addressB);
    }
}
