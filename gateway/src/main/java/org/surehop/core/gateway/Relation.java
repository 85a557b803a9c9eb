package org.surehop.core.gateway;

import java.util.List;
import java.util.Optional;
import org.surehop.core.dialog.LegDialog;
import org.surehop.core.sip.Inbound;
import org.surehop.core.sip.Leg;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;

/// Dialogs of both legs that belong together, so that a request in one finds the other (POL-12): a
/// call, or what SUBSCRIBE and REFER have made.
sealed interface Relation permits Call, Subscription {

    String owner();

    /// On which terms it crosses.
    Terms terms();

    boolean ended();

    /// Whether that leg has left TLS, on which its dialog began.
    boolean downgrades(Leg leg, Inbound inbound);

    /// The names that the far end of that leg has proven; none where nobody knows.
    List<String> proven(Leg leg);

    /// The user part of our Contact towards that leg.
    String token(Leg leg);

    /// The dialog that a request from that leg belongs to, if it is one of these.
    Optional<LegDialog> near(Leg from, Request request);

    /// The dialog towards that leg, by the To tag of the request that is to go there.
    Optional<LegDialog> dialog(Leg leg, String toTag);

    void replace(Leg leg, LegDialog dialog);

    /// That leg has spoken in its dialog, which is as given now.
    void heard(Leg from, LegDialog near);

    /// That leg has answered a request in its dialog with success.
    default void answered(Leg leg, Response response, Inbound inbound) {
        var method = response.cseq().method();
        dialog(leg, response.to().tag())
                .map(d -> d.refreshed(method, response.contact()).on(inbound.connection()))
                .ifPresent(d -> replace(leg, d));
    }

    /// A request more, or one less, is on its way in it.
    void busy(int change);
}
