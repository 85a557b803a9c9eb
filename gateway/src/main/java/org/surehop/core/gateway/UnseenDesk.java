package org.surehop.core.gateway;

import java.net.InetAddress;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.surehop.core.config.MediaRules.Otherwise;
import org.surehop.core.config.Pinholes;
import org.surehop.core.config.Unknowns.PreAnswer;
import org.surehop.core.disclosure.Assured;
import org.surehop.core.disclosure.Unread;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.report.Severity;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.Side;

/// What media may have while not both descriptions are known: before the answer (PIN-25), where
/// policy lets bodies pass unread (PIN-5), and where only one of the two was protected (PIN 6.4).
final class UnseenDesk {
    private final Desks desks;

    UnseenDesk(Desks desks) {
        this.desks = desks;
    }

    /// Whether anyone may send to who has offered, until somebody has answered. What we send to is
    /// an authenticated TLS peer, or one on a declared IPsec link: there is no other way on.
    static boolean opensEarly(Turn turn, Passage passage) {
        var call = passage.call.orElseThrow();
        return passage.opensCall()
                && turn.config().pinholes().media().unknowns().preAnswer() == PreAnswer.WILDCARD
                && call.legA.side() == Side.INSIDE
                && call.sideB == Side.OUTSIDE;
    }

    /// Whether that response accepts a call whose descriptions pass unread, and policy gives such
    /// calls a range of ports.
    Optional<Unread> unread(Turn turn, Passage passage, Response response) {
        var config = turn.config();
        if (!config.pinholes().media().unknowns().blind().allowed()
                || !passage.opensCall()
                || !response.status().success()) {
            return Optional.empty();
        }
        return desks.judge(config, passage).unread(response.body(), passage.bypass);
    }

    void settle(Turn turn, Passage passage, Response response, Unread proof) {
        var call = passage.call.orElseThrow();
        var session = call.fork(response.to().tag(), true, desks::nextNumber).orElseThrow();
        var inside = inside(call);
        if (!inside.isEmpty() && !call.hasFact("blind-media")) {
            call.fact("blind-media", "allowed");
            var what =
                    new Reporter.What(
                            NoticeKind.PINHOLE_NO_MEDIA, Severity.WARNING, Reason.NOT_A_RECIPIENT);
            var details = Map.of("media", "all", "why", "unread-opened-blindly");
            desks.reporter().tell(turn, what, Optional.of(call.key), Optional.empty(), details);
        }
        desks.pinholes()
                .blindly(turn, passage, new PinholeWish.Blind(call, session, proof, inside));
    }

    /// The authenticated addresses of those inside; nobody's if both are on one side.
    private static Set<InetAddress> inside(Call call) {
        var found = new HashSet<InetAddress>();
        if (call.legA.side() != call.sideB) {
            (call.legA.side() == Side.INSIDE ? call.addressA : call.addressB).ifPresent(found::add);
        }
        return Set.copyOf(found);
    }

    /// Whether policy refuses the answer: in clear, to an offer that was not. Whoever is on the way
    /// to the answerer could have written it. It is [ProtectionDesk] that tells of it.
    static Optional<Reason> mixed(Turn turn, Assured offer, Assured answer) {
        var pinholes = turn.config().pinholes();
        boolean refuses =
                pinholes.driver() != Pinholes.Driver.NONE
                        && pinholes.media().unknowns().mixedConfidentiality() == Otherwise.REFUSE;
        return refuses && inClear(offer, answer)
                ? Optional.of(Reason.CLEAR_SDP_REFUSED)
                : Optional.empty();
    }

    /// Only one of the two was encrypted, and it was not the answer (PIN 6.4).
    static boolean inClear(Assured offer, Assured answer) {
        return isDisclosed(offer) && !isDisclosed(answer);
    }

    private static boolean isDisclosed(Assured said) {
        return switch (said.basis()) {
            case DISCLOSED, DISCLOSED_AND_SIGNED -> true;
            case CLEAR_BY_POLICY, CLEAR_AND_SIGNED -> false;
        };
    }
}
