package org.surehop.core.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.surehop.core.assurance.HopRecord;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Inbound;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.Request;

/// Answers OPTIONS that are meant for the gateway itself: what it understands and, for who accepts
/// our certificate, what it must be able to read, so that nobody has to learn it by an error
/// (REQ-GEN-4).
final class Enquiry {
    private static final String CERTIFICATE = "application/pkix-cert";

    private final Desks desks;

    Enquiry(Desks desks) {
        this.desks = desks;
    }

    void answer(Turn turn, Inbound inbound, Request request) {
        var config = turn.config();
        var rows = new ArrayList<Header>();
        rows.add(new Header("Allow", FrontDesk.ALLOW));
        rows.add(AssuranceDesk.allowEvents(config.assurance().optionTag()));
        rows.add(new Header("Accept", "application/sdp, application/pkcs7-mime"));
        var body = Body.NONE;
        if (wantsCertificate(request)) {
            var user = Passage.served(inbound, request);
            var judge = desks.judge(config, config.disclosure().of(user));
            var messages =
                    !config.services().messages().opaqueMayPass(inbound.side())
                            && !config.disclosure().spares(user);
            rows.addAll(judge.announced(messages));
            body = judge.announces(messages) ? certificate(desks.certificate()) : Body.NONE;
        }
        var out =
                Crossing.local(request, 200, "OK", turn.tokens().next()).toBuilder()
                        .supported(Crossing.understood(config))
                        .others(rows)
                        .body(body);
        if (new Admission(config).asked(request)) {
            // POL-61: here we are the UAS.
            out.add("Hop-Record", HopRecord.of(request.vias()).render());
        }
        var key = ServerKey.of(inbound.connection(), request);
        desks.transactions().respond(turn, key, out.build());
    }

    /// Said in so many words: `*/*` asks for nothing in particular.
    private static boolean wantsCertificate(Request request) {
        return request.headers("Accept").stream()
                .flatMap(row -> List.of(row.split(",", -1)).stream())
                .map(type -> type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT))
                .anyMatch(CERTIFICATE::equals);
    }

    private static Body certificate(Octets der) {
        return new Body(List.of(new Header("Content-Type", CERTIFICATE)), der);
    }
}
