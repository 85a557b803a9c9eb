package org.surehop.core.gateway;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.surehop.core.call.Exchange;
import org.surehop.core.disclosure.Assured;
import org.surehop.core.disclosure.BodyFacts;
import org.surehop.core.disclosure.Protection;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.report.Severity;
import org.surehop.core.sip.Leg;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.SipUri;

/// Notices when less is protected than before, or by somebody else (RFC 3261 §23.2, SM-3, SM-7c):
/// a user's certificate that changes, an answer in clear to an offer that was not, and a second try
/// without S/MIME. It tells, and stops nothing: what is too little policy refuses elsewhere.
final class ProtectionDesk {
    /// Users whose certificates are remembered; who was not heard for longest is forgotten first.
    static final int MOST_USERS = 10_000;

    /// Refusals that are remembered.
    static final int MOST_REFUSALS = 10_000;

    /// As long as somebody may take to be asked whether it shall go without protection.
    static final Duration MEMORY = Duration.ofMinutes(3);

    /// "That kind of body is not understood", and "not with that key".
    private static final List<Integer> TEACHES = List.of(415, 493);

    private final Reporter reporter;
    private final Map<String, String> signers = new LinkedHashMap<>(16, 0.75f, true);
    private final Recall<Integer> refusals = new Recall<>();

    ProtectionDesk(Reporter reporter) {
        this.reporter = reporter;
    }

    // ---- certificates

    /// What a body of the request, or of `answer` to it, shows was good enough to go on.
    void read(Turn turn, Passage passage, BodyFacts facts) {
        if (!answering(passage) && !Protection.found(facts)) {
            again(turn, passage);
        }
        var signer = Protection.signer(facts);
        if (signer.isEmpty()) {
            return;
        }
        var now = signer.get().fingerprint();
        var speaker = speaker(passage);
        var inCall = passage.call.flatMap(c -> c.signedBy(speaker.tag(), now));
        var before =
                Protection.speaksFor(signer.get(), speaker.uri())
                        ? remember(speaker.uri(), now)
                        : Optional.<String>empty();
        if (inCall.filter(was -> !was.equals(now)).isPresent()) {
            changed(turn, passage, inCall.get(), now, "call");
        } else if (inCall.isEmpty() && before.filter(was -> !was.equals(now)).isPresent()) {
            changed(turn, passage, before.get(), now, "user");
        }
    }

    /// Who speaks: the user, and the tag of their end of the dialog.
    private record Speaker(SipUri uri, String tag) {}

    private static Speaker speaker(Passage passage) {
        return passage.state instanceof Exchange.State.ReadingAnswer(var answer)
                ? new Speaker(passage.request.to().uri(), answer.to().tag())
                : new Speaker(passage.request.from().uri(), passage.request.from().tag());
    }

    private static boolean answering(Passage passage) {
        return passage.state instanceof Exchange.State.ReadingAnswer;
    }

    /// The certificate of that user is this one from now on; which it was comes back.
    Optional<String> remember(SipUri user, String fingerprint) {
        var before = Optional.ofNullable(signers.put(name(user), fingerprint));
        if (signers.size() > MOST_USERS) {
            signers.remove(signers.keySet().iterator().next());
        }
        return before;
    }

    /// How many users are remembered.
    int users() {
        return signers.size();
    }

    private void changed(Turn turn, Passage passage, String was, String now, String within) {
        var speaks = answering(passage) ? passage.from.other() : passage.from;
        tell(
                turn,
                passage,
                new Word(NoticeKind.SIGNER_CHANGED, speaks),
                Map.of("was", was, "is", now, "of", within));
        passage.call.ifPresent(c -> c.fact("signer", "changed to " + now));
    }

    // ---- answers

    /// A description has been answered by that leg.
    void answered(Turn turn, Passage passage, Leg by, Optional<Assured> offer, Assured answer) {
        if (offer.filter(o -> less(o, answer)).isPresent()) {
            var reason = UnseenDesk.mixed(turn, offer.get(), answer).orElse(Reason.NONE);
            tell(turn, passage, new Word(NoticeKind.ANSWER_UNSECURED, by, reason), Map.of());
            passage.call.ifPresent(c -> c.fact("answer", "without protection"));
        }
    }

    /// In clear after what was not, or neither encrypted nor signed after what was one of them.
    private static boolean less(Assured offer, Assured answer) {
        return UnseenDesk.inClear(offer, answer) || (guarded(offer) && !guarded(answer));
    }

    private static boolean guarded(Assured said) {
        return said.basis() != Assured.Basis.CLEAR_BY_POLICY;
    }

    // ---- second tries

    /// The request has arrived: does it say in clear what was just refused under protection?
    void arrived(Turn turn, Passage passage) {
        var body = passage.request.body();
        if (!body.isEmpty() && !Protection.shown(body) && !Protection.open(body)) {
            again(turn, passage);
        }
    }

    /// The far side has refused a request.
    void refused(Turn turn, Passage passage, Response response) {
        var status = response.status().value();
        if (TEACHES.contains(status) && Protection.shown(passage.request.body())) {
            var until = turn.now().plus(MEMORY);
            var pair = pair(passage.request);
            if (!refusals.put(pair, status, until, MOST_REFUSALS)) {
                refusals.forget(turn.now());
                refusals.put(pair, status, until, MOST_REFUSALS);
            }
        }
    }

    private void again(Turn turn, Passage passage) {
        var pair = pair(passage.request);
        var status = refusals.get(pair, turn.now());
        if (status.isPresent()) {
            refusals.forget(pair);
            tell(
                    turn,
                    passage,
                    new Word(NoticeKind.DOWNGRADE_415, passage.from),
                    Map.of("after", Integer.toString(status.get())));
        }
    }

    private static String pair(Request request) {
        return request.method().name()
                + " "
                + name(request.from().uri())
                + " "
                + name(request.to().uri());
    }

    private static String name(SipUri user) {
        return user.routable() ? user.user() + "@" + user.host() : user.text();
    }

    /// What is told of whom, and why it goes no further if it does not.
    private record Word(NoticeKind kind, Leg leg, Reason reason) {
        Word(NoticeKind kind, Leg leg) {
            this(kind, leg, Reason.NONE);
        }
    }

    private void tell(Turn turn, Passage passage, Word word, Map<String, String> details) {
        reporter.tell(
                turn,
                new Reporter.What(word.kind(), Severity.WARNING, word.reason()),
                Optional.of(passage.key()),
                Optional.of(word.leg()),
                details);
    }
}
