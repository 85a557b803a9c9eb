package org.surehop.core.gateway;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.surehop.core.call.Exchange;
import org.surehop.core.call.OfferAnswer;
import org.surehop.core.call.OfferAnswer.Carrier;
import org.surehop.core.call.OfferAnswer.Role;
import org.surehop.core.disclosure.Assured;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Leg;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;

/// Keeps the offers and answers of each dialog of a call by the [OfferAnswer] table and asks for
/// the pinholes that they need: what an offer needs before it goes on, what a pair needs before
/// its answer does, in whatever messages the two stand (PIN-22 to PIN-26, RFC 6337).
final class OfferDesk {
    /// More previews of one INVITE than this are not read: each costs a private-key operation.
    private static final int MOST_PREVIEWS = 16;

    /// RFC 4028 §10: how long after its interval a session that nobody refreshed is over.
    private static final Duration GRACE = Duration.ofSeconds(32);

    private final Desks desks;

    OfferDesk(Desks desks) {
        this.desks = desks;
    }

    // ---- requests ----

    /// An INVITE without a description asks for an offer (RFC 6337 patterns 3 and 4).
    void arrived(Turn turn, Passage passage) {
        if (passage.call.isEmpty() || passage.bypass) {
            return;
        }
        var request = passage.request;
        var session = session(passage);
        if (request.method().equals(Method.INVITE) && request.body().isEmpty()) {
            if (session.state instanceof OfferAnswer.State.Quiet) {
                session.owner = passage.number;
            }
            mute(session, passage.from, Carrier.INVITE);
        } else if (request.method().equals(Method.PRACK)) {
            // A reliable answer has arrived: the pair before it is over.
            session.next
                    .filter(pair -> pair.answeredIn() == Carrier.RELIABLE)
                    .ifPresent(_ -> agreed(turn, passage.call.get(), session));
        }
    }

    /// What the request says is known: the firewall is made ready before it goes on.
    void prepare(Turn turn, Passage passage, Assured said) {
        var carrier = carrier(passage.request.method());
        if (passage.call.isEmpty() || carrier.isEmpty()) {
            // No pinhole without a call: descriptions elsewhere open nothing.
            desks.passages().rulesApplied(turn, passage);
            return;
        }
        if (untranslated(turn, passage, passage.from, said, passage.request.body())) {
            return;
        }
        var session = session(passage);
        switch (said(session, passage.from, carrier.get()).role()) {
            case OFFER -> offered(turn, passage, session, said);
            case ANSWER -> {
                passage.answers = true;
                answered(turn, passage, new Heard(session, said, carrier.get()));
            }
            case PREVIEW, NONE -> desks.passages().rulesApplied(turn, passage);
        }
    }

    private void offered(Turn turn, Passage passage, Session session, Assured offer) {
        var call = passage.call.orElseThrow();
        var leg = passage.from;
        var same = known(session, leg, offer);
        session.owner = passage.number;
        var refusal =
                passage.opensCall()
                        ? desks.pinholes().reserve(call, session.group, leg, offer)
                        : desks.pinholes().examine(call, leg, same);
        if (refusal.isPresent()) {
            var why = refusal.get();
            desks.passages().rulesRefused(turn, passage, why.reason(), why.detail());
            return;
        }
        take(session, passage, new Heard(session, same, carrier(passage.request).orElseThrow()));
        var other = session.latest(leg.other());
        if (other.isPresent()) {
            var wish = new PinholeWish(call, session, leg, same, other.get());
            desks.pinholes().anticipate(turn, passage, wish);
        } else {
            desks.pinholes().early(turn, passage, session.group, same);
        }
    }

    // ---- responses ----

    /// Whether the description in that response counts for anything, so that it must be read.
    boolean counts(Passage passage, Response response) {
        if (passage.call.isEmpty() || passage.bypass || response.body().isEmpty()) {
            return false;
        }
        var carrier = carrier(passage, response);
        var session = session(passage, response);
        if (carrier.isEmpty() || session.isEmpty()) {
            return false;
        }
        var role = peek(session.get(), passage.from.other(), carrier.get());
        return role != Role.NONE
                && !(role == Role.PREVIEW && repeated(session.get(), passage, response));
    }

    private boolean repeated(Session session, Passage passage, Response response) {
        if (session.preview.equals(response.body())) {
            return true;
        }
        if (++passage.previews > MOST_PREVIEWS) {
            desks.reporter().count("limit.previews");
            return true;
        }
        return false;
    }

    /// What the response says is known: its pinholes are enabled before it goes on.
    void settle(Turn turn, Passage passage, Response response, Assured said) {
        var carrier = carrier(passage, response);
        var found = session(passage, response);
        if (carrier.isEmpty() || found.isEmpty()) {
            desks.passages().rulesApplied(turn, passage);
            return;
        }
        if (untranslated(turn, passage, passage.from.other(), said, response.body())) {
            return;
        }
        var session = found.get();
        var heard = new Heard(session, said, carrier.get());
        switch (said(session, passage.from.other(), carrier.get()).role()) {
            case OFFER -> offeredBack(turn, passage, heard);
            case ANSWER -> answered(turn, passage, heard);
            case PREVIEW -> {
                session.preview = response.body();
                session.previewed = Optional.of(said);
                enable(turn, passage, heard, session.offer);
            }
            case NONE -> desks.passages().rulesApplied(turn, passage);
        }
    }

    private void offeredBack(Turn turn, Passage passage, Heard heard) {
        var call = passage.call.orElseThrow();
        var same = known(heard.session(), passage.from.other(), heard.said());
        var refusal = desks.pinholes().examine(call, passage.from.other(), same);
        if (refusal.isPresent()) {
            var why = refusal.get();
            desks.passages().rulesRefused(turn, passage, why.reason(), why.detail());
            return;
        }
        take(heard.session(), passage, new Heard(heard.session(), same, heard.in()));
        desks.passages().rulesApplied(turn, passage);
    }

    // ---- both ----

    /// A private address that cannot have a place outside: nothing of it goes on.
    private boolean untranslated(Turn turn, Passage passage, Leg from, Assured said, Body body) {
        var refusal = desks.nat().reserve(passage.call.orElseThrow(), from, said, body, turn.now());
        refusal.ifPresent(
                r -> desks.passages().rulesRefused(turn, passage, r.reason(), r.detail()));
        return refusal.isPresent();
    }

    /// A description, where it belongs, and the message it came in.
    private record Heard(Session session, Assured said, Carrier in) {}

    private void answered(Turn turn, Passage passage, Heard heard) {
        var session = heard.session();
        var by = answerer(passage, heard.in());
        var offer = session.offer;
        var same = new Heard(session, known(session, by, heard.said()), heard.in());
        session.offer = Optional.empty();
        session.answeredAs(same.said());
        offer.ifPresent(o -> session.next = Optional.of(pair(by, o, same)));
        desks.passages().protection().answered(turn, passage, by, offer, heard.said());
        enable(turn, passage, same, offer);
    }

    private static Session.Pair pair(Leg answerer, Assured offer, Heard answer) {
        return new Session.Pair(answerer.other(), offer, answer.said(), answer.in());
    }

    private void enable(Turn turn, Passage passage, Heard heard, Optional<Assured> offer) {
        var call = passage.call.orElseThrow();
        if (offer.isEmpty()) {
            desks.passages().rulesApplied(turn, passage);
            return;
        }
        var offerer = answerer(passage, heard.in()).other();
        var wish = new PinholeWish(call, heard.session(), offerer, offer.get(), heard.said());
        desks.pinholes().enable(turn, passage, wish);
    }

    /// Who speaks in that message of the passage.
    private static Leg answerer(Passage passage, Carrier in) {
        return switch (in) {
            case INVITE, PRACK, UPDATE, ACK -> passage.from;
            case EARLY, RELIABLE, ACCEPTED, REPLY -> passage.from.other();
        };
    }

    /// An unchanged version is an unchanged description (PIN-22): what was read first counts.
    private Assured known(Session session, Leg leg, Assured said) {
        return session.latest(leg).filter(b -> desks.pinholes().unchanged(b, said)).orElse(said);
    }

    private static void take(Session session, Passage passage, Heard heard) {
        session.offer = Optional.of(heard.said());
        session.owner = passage.number;
    }

    // ---- what became of it ----

    /// A 2xx has gone through. What PRACK and UPDATE have agreed needs no ACK.
    void delivered(Turn turn, Passage passage, Response response) {
        var call = passage.call.filter(c -> !c.ended());
        if (call.isEmpty()) {
            return;
        }
        var found = session(passage, response);
        timed(turn, passage, response);
        // If it has not brought what was awaited, nothing else will.
        carrier(passage, response)
                .ifPresent(c -> found.ifPresent(s -> mute(s, passage.from.other(), c)));
        if (passage.opensCall()) {
            found.ifPresent(winner -> won(turn, call.get(), winner));
        } else if (!passage.request.method().equals(Method.INVITE)) {
            found.filter(s -> s.owner == passage.number && s.next.isPresent())
                    .ifPresent(s -> agreed(turn, call.get(), s));
        }
    }

    /// RFC 4028: who refreshes the session, and how often, says how long the rules may stay.
    private void timed(Turn turn, Passage passage, Response response) {
        var method = passage.request.method();
        var call = passage.call.orElseThrow();
        if (method.equals(Method.INVITE) || method.equals(Method.UPDATE)) {
            var most =
                    response.header("Session-Expires").flatMap(Expires::interval).map(GRACE::plus);
            call.silentAfter = most.map(turn.now()::plus);
            call.groups().forEach(g -> desks.pinholes().limit(g, most));
        }
    }

    /// The ACK has gone on: the pair is agreed for good, and what only the old one needed closes.
    void acknowledged(Turn turn, Call call, Leg from, Request ack) {
        var session = call.session(calleeTag(from, ack));
        if (session.state instanceof OfferAnswer.State.Offered(_, var in)
                && in == Carrier.ACCEPTED) {
            // The last place for the answer: somebody will hear nothing.
            new PinholeStory(desks).noMedia(turn, call, "all", "no-answer-in-the-ack");
        }
        mute(session, from, Carrier.ACK);
        if (session.next.isPresent() || !session.confirmed) {
            agreed(turn, call, session);
        }
    }

    private void agreed(Turn turn, Call call, Session session) {
        session.commit();
        session.confirmed |= call.established();
        desks.pinholes().agreed(turn, call, session.group);
    }

    /// One fork has accepted: the rules of all others go (PIN-26).
    private void won(Turn turn, Call call, Session winner) {
        call.keepOnly(winner).forEach(lost -> desks.pinholes().close(turn, call, lost));
    }

    /// The request has failed: back to what was agreed before it, and no further (RFC 6141).
    void failed(Turn turn, Passage passage) {
        var call = passage.call.filter(c -> !c.ended());
        if (call.isEmpty()) {
            return;
        }
        if (passage.opensCall()) {
            startAgain(turn, call.get());
            return;
        }
        var session = session(passage);
        if (session.owner == passage.number) {
            session.rollback();
            desks.pinholes().rollback(turn, call.get(), session.group);
        }
    }

    /// The INVITE comes to nothing, or is sent once more: what its forks had is gone.
    void startAgain(Turn turn, Call call) {
        var offered = call.base;
        call.keepOnly(offered).forEach(lost -> desks.pinholes().close(turn, call, lost));
    }

    /// The call is over: everything closes.
    void close(Turn turn, Call call) {
        call.groups().forEach(group -> desks.pinholes().close(turn, call, group));
        desks.nat().release(call, turn.now());
        call.forgetSessions();
    }

    /// An answer in a PRACK was refused: the callee goes on without knowing, so the call ends.
    void unanswerable(Turn turn, Passage passage, Reason reason) {
        if (passage.call.isPresent() && passage.request.method().equals(Method.PRACK)) {
            var role = peek(session(passage), passage.from, Carrier.PRACK);
            if (passage.answers || role == Role.ANSWER) {
                desks.calls().ending(turn, passage.call.get(), reason);
            }
        }
    }

    // ---- where it belongs ----

    /// Whether the ACK must be read: it answers the offer of a 2xx.
    boolean awaits(Call call, Leg from, Request ack) {
        return !ack.body().isEmpty()
                && peek(call.session(calleeTag(from, ack)), from, Carrier.ACK) == Role.ANSWER;
    }

    private static Session session(Passage passage) {
        var call = passage.call.orElseThrow();
        return passage.opensCall()
                ? call.base
                : call.session(calleeTag(passage.from, passage.request));
    }

    /// The dialog of a response: a fork's own while the call has no winner.
    private Optional<Session> session(Passage passage, Response response) {
        return passage.call.flatMap(
                call ->
                        passage.opensCall()
                                ? call.fork(
                                        response.to().tag(),
                                        response.status().success(),
                                        desks::nextNumber)
                                : Optional.of(session(passage)));
    }

    private static String calleeTag(Leg from, Request request) {
        return from == Leg.A ? request.to().tag() : request.from().tag();
    }

    private static Optional<Carrier> carrier(Request request) {
        return carrier(request.method());
    }

    private static Optional<Carrier> carrier(Method method) {
        return switch (method.name()) {
            case "INVITE" -> Optional.of(Carrier.INVITE);
            case "PRACK" -> Optional.of(Carrier.PRACK);
            case "UPDATE" -> Optional.of(Carrier.UPDATE);
            case "ACK" -> Optional.of(Carrier.ACK);
            default -> Optional.empty();
        };
    }

    private static Optional<Carrier> carrier(Passage passage, Response response) {
        var method = passage.request.method();
        if (method.equals(Method.INVITE)) {
            var early = Exchange.reliable(response) ? Carrier.RELIABLE : Carrier.EARLY;
            return Optional.of(response.status().provisional() ? early : Carrier.ACCEPTED);
        }
        return List.of(Method.PRACK, Method.UPDATE).contains(method) && response.status().success()
                ? Optional.of(Carrier.REPLY)
                : Optional.empty();
    }

    private static OfferAnswer.Step said(Session session, Leg by, Carrier in) {
        var step = OfferAnswer.step(session.state, new OfferAnswer.Event.Said(by, in));
        session.state = step.state();
        return step;
    }

    private static void mute(Session session, Leg by, Carrier in) {
        session.state = OfferAnswer.step(session.state, new OfferAnswer.Event.Mute(by, in)).state();
    }

    private static Role peek(Session session, Leg by, Carrier in) {
        return OfferAnswer.step(session.state, new OfferAnswer.Event.Said(by, in)).role();
    }

    /// Why the body of a response was taken away, and from whom.
    void withheld(Turn turn, Passage passage, Reason reason) {
        desks.reporter().count("response.withheld");
        passage.call.ifPresent(
                c -> new PinholeStory(desks).noMedia(turn, c, "early", reason.wireName()));
    }
}
