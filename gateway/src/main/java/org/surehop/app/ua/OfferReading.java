package org.surehop.app.ua;

import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.surehop.core.disclosure.DisclosedPart;
import org.surehop.core.disclosure.InspectLabel;
import org.surehop.core.sdp.SdpParser;
import org.surehop.core.sdp.SessionDescription;
import org.surehop.core.sip.Request;

/// Reads the offer of an INVITE, and finds out for whom the answer has to be encrypted.
final class OfferReading {
    /// RFC 3261 §23.2: a body for us that we cannot open. Only user agents say so; an element on
    /// the way says 496.
    static final int UNDECIPHERABLE = 493;

    static final int UNSUPPORTED = 415;
    private static final int MAX_MEDIA = 8;

    /// Uses of a part that are understood here (RFC 3261 §20.11, RFC 5621 §5); of any other one a
    /// caller must be told who does not say that it is optional.
    private static final Set<String> USES =
            Set.of("", "session", "attachment", "signal", "aib", "by-reference");

    private final AnswerPlan plan;
    private final Envelopes envelopes;
    private final FragmentCheck fragments;
    private final InstantSource clock = InstantSource.system();

    OfferReading(AnswerPlan plan, Envelopes envelopes) {
        this.plan = plan;
        this.envelopes = envelopes;
        this.fragments = new FragmentCheck(plan.optionTag());
    }

    /// What came of it.
    sealed interface Read permits Offer, Refused {}

    /// A usable offer. `media` is where its author receives audio. `readers` are the certificates
    /// that the answer is for, empty when the offer was not encrypted. `labelled` are the hosts
    /// that asked to read (Proxy-Inspect-Body). `remarks` are for people. `stripped`: the
    /// caller asked for security, and somebody on the path took that off (POL-71).
    record Offer(
            InetSocketAddress media,
            boolean encrypted,
            List<X509Certificate> readers,
            List<String> labelled,
            List<String> remarks,
            boolean stripped)
            implements Read {}

    /// The answer to an INVITE that cannot be taken.
    record Refused(int status, String reason, String why) implements Read {}

    Read read(Request invite) {
        if (invite.body().isEmpty()) {
            return new Refused(488, "Not Acceptable Here", "the INVITE holds no offer");
        }
        var opened = envelopes.open(invite.body());
        if (opened.parts().stream()
                .anyMatch(p -> !p.optional() && !USES.contains(p.disposition()))) {
            return new Refused(
                    UNSUPPORTED,
                    "Unsupported Media Type",
                    "the INVITE holds a part for a use that is not known here");
        }
        var part = opened.parts().stream().filter(DisclosedPart::describesSession).findFirst();
        if (part.isEmpty()) {
            return opened.sealed()
                    ? new Refused(
                            UNDECIPHERABLE,
                            "Undecipherable",
                            "the offer is not encrypted for the certificate here")
                    : new Refused(
                            UNSUPPORTED,
                            "Unsupported Media Type",
                            "the INVITE holds no session description");
        }
        var encrypted = part.get().encrypted();
        if (!encrypted && !plan.acceptClear()) {
            return new Refused(488, "Not Acceptable Here", "the offer is in clear");
        }
        if (!(SdpParser.parse(part.get().octets(), MAX_MEDIA)
                instanceof SessionDescription session)) {
            return new Refused(488, "Not Acceptable Here", "the offer cannot be read");
        }
        var audio =
                session.media().stream()
                        .filter(m -> m.port() != 0 && m.kind().equals("audio"))
                        .findFirst()
                        .flatMap(Probe::endpoint);
        if (audio.isEmpty() || session.media().size() != 1) {
            return new Refused(488, "Not Acceptable Here", "the offer is not one audio stream");
        }
        var remarks = new ArrayList<String>();
        part.get().signers().forEach(s -> remarks.add("offer signed by " + Words.of(s)));
        if (part.get().signers().isEmpty()) {
            remarks.add("offer not signed");
        }
        var hidden = fragments.check(invite, opened.parts(), clock.instant());
        remarks.addAll(hidden.remarks());
        var labelled = labelled(invite);
        var readers =
                encrypted
                        ? readers(callers(invite, opened.signerCertificates()), labelled, remarks)
                        : List.<X509Certificate>of();
        return encrypted && readers.isEmpty()
                ? new Refused(
                        488,
                        "Not Acceptable Here",
                        "no certificate of the caller is known: give one with --caller-cert")
                : new Offer(audio.get(), encrypted, readers, labelled, remarks, hidden.stripped());
    }

    private List<String> labelled(Request invite) {
        var rows = InspectLabel.HEADERS.stream().flatMap(h -> invite.headers(h).stream()).toList();
        return switch (InspectLabel.parse(rows)) {
            case InspectLabel.Parsed.Labels(var labels) ->
                    labels.stream().map(InspectLabel::host).distinct().toList();
            case InspectLabel.Parsed.Malformed _ -> List.of();
        };
    }

    private List<X509Certificate> callers(Request invite, List<X509Certificate> signers) {
        if (!plan.callers().isEmpty()) {
            return plan.callers();
        }
        var from = invite.from().uri();
        return signers.isEmpty()
                ? plan.directory().apply(from.user() + "@" + from.host()).stream().toList()
                : signers;
    }

    /// The caller and the readers that were allowed here. A
    /// host that asks to read and that nobody allowed is told to the user, not served.
    private List<X509Certificate> readers(
            List<X509Certificate> callers, List<String> labelled, List<String> remarks) {
        var readers = new ArrayList<>(callers);
        if (readers.isEmpty()) {
            return List.of();
        }
        readers.addAll(plan.readers());
        for (var host : labelled) {
            if (plan.readers().stream().noneMatch(r -> Readers.domains(r).contains(host))) {
                remarks.add(
                        host + " asks to read the answer, but no --reader certificate names it");
            }
        }
        return readers;
    }
}
