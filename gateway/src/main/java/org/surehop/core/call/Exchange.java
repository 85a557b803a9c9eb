package org.surehop.core.call;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.surehop.core.disclosure.Assured;
import org.surehop.core.disclosure.Judgement;
import org.surehop.core.disclosure.Need;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.OptionTags;
import org.surehop.core.sip.Response;

/// One request on its way across the border and its answer on the way back, as a table: read
/// what must be read, forward, read the answer, open the pinholes that the pair needs, and only
/// then let the answer through (PIN-4). Every request is such an exchange; one without a
/// readable body simply passes the reading states. Fail closed: no event leads to a relayed
/// answer but the right one.
public final class Exchange {

    private Exchange() {}

    /// Where the exchange stands; each state holds just what exists in it.
    public sealed interface State {
        /// Arrived and admitted, nothing done.
        record Fresh() implements State {}

        /// The offer is with the CMS layer.
        record ReadingOffer() implements State {}

        /// Forwarded. `preview` is the last reliable provisional answer with a body: when the final
        /// answer has none, that one counts (RFC 6337 pattern 3).
        record Pending(Optional<Assured> offer, Optional<Response> preview) implements State {}

        /// The answer is with the CMS layer.
        record ReadingAnswer(Assured offer, Response answer) implements State {}

        /// The pinholes are being enabled.
        record Enabling(Response answer) implements State {}

        /// Answered by us before the far side did: a late success must be undone.
        record Abandoned() implements State {}

        /// Over.
        record Done() implements State {}
    }

    /// What can happen to an exchange.
    public sealed interface Event {
        record Arrived(Need need) implements Event {}

        record Judged(Judgement judgement) implements Event {}

        record Provisional(Response response) implements Event {}

        /// `need` speaks of the body that counts as the answer.
        record Success(Response response, Need need) implements Event {}

        record Failure(Response response) implements Event {}

        /// The far side refuses a tag of ours, which is taken back (POL-81).
        record TagRefused() implements Event {}

        /// The request could not be written to the next hop.
        record Unsent(Reason reason, String detail) implements Event {}

        record TimedOut() implements Event {}

        record RulesApplied() implements Event {}

        record RulesRefused(Reason reason, String detail) implements Event {}

        /// CANCEL from the asking side.
        record Cancelled() implements Event {}

        /// The gateway itself ends the wait: it rang too long, or the work did not come back.
        record GivenUp(Reason reason) implements Event {}
    }

    /// What must be done.
    public sealed interface Effect {
        /// Read the offer's body.
        record ReadOffer(List<String> contentIds) implements Effect {}

        /// Read the body of a MESSAGE, and archive it where that is asked for.
        record ReadMessage() implements Effect {}

        /// Judge the offer as it is: it is clear and policy decides.
        record JudgeOffer() implements Effect {}

        record ReadAnswer(Response answer, List<String> contentIds) implements Effect {}

        record JudgeAnswer(Response answer) implements Effect {}

        record Forward() implements Effect {}

        /// Forward once more, without the tag that was refused.
        record ForwardAgain() implements Effect {}

        /// Let the response through to the asking side.
        record Relay(Response response) implements Effect {}

        /// Answer the asking side ourselves.
        record Refuse(Judgement.Refused refusal) implements Effect {}

        /// Answer the asking side ourselves, for a cause outside the body.
        record Decline(Reason reason, String detail) implements Effect {}

        /// Enable the flows of the pair before the answer goes on.
        record Enable(Assured offer, Assured answer) implements Effect {}

        /// Go back to the rules of the last agreed pair.
        record Rollback() implements Effect {}

        /// CANCEL towards the far side.
        record CancelOnward() implements Effect {}

        /// The far side has accepted what nobody can have: acknowledge and end it (E2M-16).
        record Undo(Response answer, Reason reason) implements Effect {}

        /// Nothing more will come of this exchange.
        record Finish() implements Effect {}
    }

    /// The new state and what to do, in order.
    public record Step(State state, List<Effect> effects) {
        public Step {
            effects = List.copyOf(effects);
        }
    }

    private record On(State state, Event event) {}

    private static final State.Done DONE = new State.Done();
    private static final State.Abandoned ABANDONED = new State.Abandoned();

    public static State initial() {
        return new State.Fresh();
    }

    /// The table.
    public static Step step(State state, Event event) {
        return switch (new On(state, event)) {
            case On(State.Fresh _, Event.Arrived(var need)) -> arrived(need);
            case On(State.Fresh _, Event.Judged(var judgement)) -> offerJudged(judgement);
            case On(State.Fresh _, Event.Cancelled _) -> over(decline(Reason.CANCELLED));

            case On(State.ReadingOffer _, Event.Judged(var judgement)) -> offerJudged(judgement);
            case On(State.ReadingOffer _, Event.Cancelled _) -> over(decline(Reason.CANCELLED));
            case On(State.ReadingOffer _, Event.GivenUp(var reason)) -> over(decline(reason));

            case On(State.Pending(var offer, var preview), Event.Provisional(var response)) ->
                    provisional(offer, preview, response);
            case On(State.Pending(var offer, _), Event.Success(var response, var need)) ->
                    succeeded(offer, response, need);
            case On(State.Pending _, Event.Failure(var response)) ->
                    over(new Effect.Rollback(), new Effect.Relay(response));
            case On(State.Pending(var offer, _), Event.TagRefused _) ->
                    to(new State.Pending(offer, Optional.empty()), new Effect.ForwardAgain());
            case On(State.Pending _, Event.Unsent(var reason, var detail)) ->
                    over(new Effect.Rollback(), new Effect.Decline(reason, detail));
            case On(State.Pending _, Event.TimedOut _) ->
                    over(new Effect.Rollback(), decline(Reason.PEER_TIMEOUT));
            case On(State.Pending _, Event.Cancelled _) -> abandoned(Reason.CANCELLED);
            case On(State.Pending _, Event.GivenUp(var reason)) -> abandoned(reason);

            case On(State.ReadingAnswer(var offer, var answer), Event.Judged(var judgement)) ->
                    answerJudged(offer, answer, judgement);
            case On(State.ReadingAnswer(_, var answer), Event.GivenUp(var reason)) ->
                    undone(answer, reason, "");
            case On(State.ReadingAnswer(_, var answer), Event.Cancelled _) ->
                    undone(answer, Reason.CANCELLED, "");

            case On(State.Enabling(var answer), Event.RulesApplied _) ->
                    over(new Effect.Relay(answer));
            case On(State.Enabling(var answer), Event.RulesRefused(var reason, var detail)) ->
                    undone(answer, reason, detail);
            case On(State.Enabling(var answer), Event.GivenUp(var reason)) ->
                    undone(answer, reason, "");
            case On(State.Enabling(var answer), Event.Cancelled _) ->
                    undone(answer, Reason.CANCELLED, "");

            case On(State.Abandoned _, Event.Success(var response, _)) ->
                    over(new Effect.Undo(response, Reason.CANCELLED));
            case On(State.Abandoned _, Event.Failure _) -> over();
            case On(State.Abandoned _, Event.TimedOut _) -> over();
            case On(State.Abandoned _, Event.Unsent _) -> over();

            // What is left comes too early, too late or twice, and changes nothing.
            case On(State.Fresh s, _) -> to(s);
            case On(State.ReadingOffer s, _) -> to(s);
            case On(State.Pending s, _) -> to(s);
            case On(State.ReadingAnswer s, _) -> to(s);
            case On(State.Enabling s, _) -> to(s);
            case On(State.Abandoned s, _) -> to(s);
            case On(State.Done s, _) -> to(s);
        };
    }

    private static Step provisional(
            Optional<Assured> offer, Optional<Response> preview, Response response) {
        var latest = previewOf(response).or(() -> preview);
        return to(new State.Pending(offer, latest), new Effect.Relay(response));
    }

    private static Effect.Decline decline(Reason reason) {
        return new Effect.Decline(reason, "");
    }

    /// The last effects of an exchange, and its end.
    private static Step over(Effect... last) {
        var effects = new ArrayList<>(List.of(last));
        effects.add(new Effect.Finish());
        return new Step(DONE, effects);
    }

    private static Step arrived(Need need) {
        return switch (need) {
            case Need.NothingToRead _ ->
                    to(new State.Pending(Optional.empty(), Optional.empty()), new Effect.Forward());
            case Need.ClearSdp _ -> to(new State.Fresh(), new Effect.JudgeOffer());
            case Need.Open(var contentIds) ->
                    to(new State.ReadingOffer(), new Effect.ReadOffer(contentIds));
            case Need.ReadMessage _ -> to(new State.ReadingOffer(), new Effect.ReadMessage());
            case Need.BadLabel(var refusal) -> over(new Effect.Refuse(refusal));
        };
    }

    private static Step offerJudged(Judgement judgement) {
        return switch (judgement) {
            case Judgement.Accepted(var assured) ->
                    to(
                            new State.Pending(Optional.of(assured), Optional.empty()),
                            new Effect.Forward());
            // E2M-15: all was readable and there is no offer: go on, with no right to a pinhole.
            case Judgement.NoSdp _ ->
                    to(new State.Pending(Optional.empty(), Optional.empty()), new Effect.Forward());
            case Judgement.Refused refused -> over(new Effect.Refuse(refused));
        };
    }

    private static Step succeeded(Optional<Assured> offer, Response response, Need need) {
        if (offer.isEmpty()) {
            return over(new Effect.Relay(response));
        }
        return switch (need) {
            case Need.NothingToRead _, Need.ReadMessage _ -> over(new Effect.Relay(response));
            case Need.ClearSdp _ ->
                    to(
                            new State.ReadingAnswer(offer.get(), response),
                            new Effect.JudgeAnswer(response));
            case Need.Open(var contentIds) ->
                    to(
                            new State.ReadingAnswer(offer.get(), response),
                            new Effect.ReadAnswer(response, contentIds));
            case Need.BadLabel(var refusal) -> unreadable(response, refusal);
        };
    }

    private static Step answerJudged(Assured offer, Response answer, Judgement judgement) {
        return switch (judgement) {
            case Judgement.Accepted(var assured) ->
                    to(new State.Enabling(answer), new Effect.Enable(offer, assured));
            case Judgement.NoSdp _ -> over(new Effect.Relay(answer));
            case Judgement.Refused refused -> unreadable(answer, refused);
        };
    }

    /// E2M-16: the callee's dialog ends and the caller is told why.
    private static Step unreadable(Response answer, Judgement.Refused refused) {
        return over(
                new Effect.Rollback(),
                new Effect.Undo(answer, refused.reason()),
                new Effect.Refuse(refused));
    }

    private static Step undone(Response answer, Reason reason, String detail) {
        return over(
                new Effect.Rollback(),
                new Effect.Undo(answer, reason),
                new Effect.Decline(reason, detail));
    }

    private static Step abandoned(Reason reason) {
        return to(ABANDONED, new Effect.Rollback(), new Effect.CancelOnward(), decline(reason));
    }

    private static Optional<Response> previewOf(Response response) {
        var reliable = OptionTags.contains(response.require(), "100rel");
        return reliable && !response.body().isEmpty() ? Optional.of(response) : Optional.empty();
    }

    private static Step to(State state, Effect... effects) {
        return new Step(state, List.of(effects));
    }
}
