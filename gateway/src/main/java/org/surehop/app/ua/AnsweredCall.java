package org.surehop.app.ua;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.surehop.core.assurance.E2eSec;
import org.surehop.core.assurance.HopRecord;
import org.surehop.core.sip.ConnectionId;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;

/// One call as the callee holds it: rings, is answered, is up, and listens on after its end.
///
/// Used by the thread of its [Answerer] only.
final class AnsweredCall {
    private static final Duration T1 = Duration.ofMillis(500);
    private static final Duration T2 = Duration.ofSeconds(4);
    private static final Duration ACK_WAIT = T1.multipliedBy(64);

    private final Request invite;
    private final ConnectionId connection;
    private final UaDialog dialog;
    private final MediaPort media;
    private final Response success;
    private final String hopRecord;
    private State state = State.RINGING;
    private Duration interval = T1;
    private Optional<Instant> wakeAt;
    private Instant giveUp = Instant.MAX;
    private MediaPort.Count atBye = new MediaPort.Count(0, 0, 0);

    private enum State {
        RINGING,
        ANSWERED,
        UP,
        LISTENING_ON
    }

    /// What the time calls for.
    enum Due {
        /// It has rung long enough.
        ANSWER,
        /// Send the 2xx again.
        RESEND,
        /// No ACK in 64*T1.
        GIVE_UP,
        /// The listening after BYE has ended.
        OVER
    }

    private AnsweredCall(
            Request invite,
            ConnectionId connection,
            Started started,
            Instant now,
            Duration ringing) {
        this.invite = invite;
        this.connection = connection;
        this.dialog = started.dialog();
        this.media = started.media();
        this.success = started.success();
        this.hopRecord = started.hopRecord();
        this.wakeAt = Optional.of(now.plus(ringing));
    }

    private record Started(UaDialog dialog, MediaPort media, Response success, String hopRecord) {}

    /// Takes a media port and makes the answer; nothing is sent here. Throws when there is no port
    /// or the answer cannot be sealed.
    static AnsweredCall open(
            AnswerPlan plan, UaIdentity self, Envelopes envelopes, Instant now, Arrived arrived)
            throws IOException {
        var invite = arrived.invite();
        var offer = arrived.offer();
        var dialog = UaDialog.ofCallee(self, invite, invite.to().withTag(self.newTag()));
        var media = MediaPort.open(self.address());
        media.expect(offer.media().getAddress(), true);
        var session = new AudioSession(1, 1, media.address(), media.port());
        var sealed =
                offer.encrypted()
                        ? envelopes.seal(session.sdp(), offer.readers(), self.newContentId())
                        : envelopes.clear(session.sdp());
        // POL-71: who asked in secret, and was not heard in the open, is answered all the same.
        var asked = E2eSec.asked(invite, plan.optionTag()) || offer.stripped();
        // POL-61, POL-63: only for who asked, and then even when it is empty.
        var hopRecord = asked ? HopRecord.of(invite.vias()).render() : "";
        var headers = new ArrayList<Header>();
        headers.add(new Header("Allow", UaAnswers.ALLOW));
        headers.add(new Header("User-Agent", "surehop-answer"));
        if (asked) {
            headers.add(new Header("Hop-Record", hopRecord));
        }
        if (offer.encrypted()) {
            offer.labelled().forEach(host -> headers.add(sealed.label(host)));
        }
        var success =
                UaAnswers.to(invite, 200, "OK", dialog.local().tag())
                        .contact(self.contact())
                        .supported(List.of(plan.optionTag()))
                        .others(headers)
                        .body(sealed.body())
                        .build();
        var text = asked ? "Hop-Record: " + (hopRecord.isEmpty() ? "(none)" : hopRecord) : "";
        return new AnsweredCall(
                invite,
                arrived.connection(),
                new Started(dialog, media, success, text),
                now,
                plan.ringing());
    }

    /// An INVITE, where it came from, and what it offers.
    record Arrived(ConnectionId connection, Request invite, OfferReading.Offer offer) {}

    ConnectionId connection() {
        return connection;
    }

    UaDialog dialog() {
        return dialog;
    }

    int port() {
        return media.port();
    }

    /// What the 200 says of the path, for people; empty when nobody asked.
    String hopRecordText() {
        return hopRecord;
    }

    Response ringing() {
        return UaAnswers.to(invite, 180, "Ringing", dialog.local().tag())
                .contact(dialog.self().contact())
                .build();
    }

    /// What an INVITE that comes again is answered with: the last thing said.
    Response current() {
        return state == State.RINGING ? ringing() : success;
    }

    /// The 2xx; from now on it is sent again until the ACK comes (RFC 3261 §13.3.1.4).
    Response answer(Instant now) {
        state = State.ANSWERED;
        wakeAt = Optional.of(now.plus(interval));
        giveUp = now.plus(ACK_WAIT);
        return success;
    }

    /// The 487 for a call that is cancelled while it rings; empty when it was too late.
    Optional<Response> cancel() {
        return state == State.RINGING
                ? Optional.of(
                        UaAnswers.to(invite, 487, "Request Terminated", dialog.local().tag())
                                .build())
                : Optional.empty();
    }

    /// The description that stands, to a re-INVITE; media does not move.
    Response answerAgain(Request again) {
        return UaAnswers.to(again, 200, "OK", dialog.local().tag())
                .contact(dialog.self().contact())
                .others(success.others())
                .body(success.body())
                .build();
    }

    /// Says whether this ACK was the first.
    boolean acknowledge() {
        if (state != State.ANSWERED) {
            return false;
        }
        state = State.UP;
        wakeAt = Optional.empty();
        return true;
    }

    /// The end of the call; says whether it was not over before.
    boolean end(Instant now, Duration listenOn) {
        if (state == State.LISTENING_ON) {
            return false;
        }
        state = State.LISTENING_ON;
        atBye = media.count();
        wakeAt = Optional.of(now.plus(listenOn));
        return true;
    }

    Request bye() {
        return dialog.request(Method.BYE, 1);
    }

    Optional<Instant> wakeAt() {
        return wakeAt;
    }

    /// What to do, now that [#wakeAt] has come.
    Due due(Instant now) {
        return switch (state) {
            case RINGING -> Due.ANSWER;
            case LISTENING_ON, UP -> Due.OVER;
            case ANSWERED -> {
                if (!now.isBefore(giveUp)) {
                    yield Due.GIVE_UP;
                }
                interval = interval.compareTo(T2) < 0 ? interval.multipliedBy(2) : T2;
                wakeAt = Optional.of(now.plus(interval));
                yield Due.RESEND;
            }
        };
    }

    /// What came before BYE, and what since then.
    MediaPort.Count before() {
        return state == State.LISTENING_ON ? atBye : media.count();
    }

    MediaPort.Count since() {
        return media.count().since(atBye);
    }

    void close() {
        media.close();
    }
}
