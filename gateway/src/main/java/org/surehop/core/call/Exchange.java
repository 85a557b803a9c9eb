package org.surehop.core.call;

import java.util.ArrayList;
import java.util.List;
import org.surehop.core.disclosure.Assured;
import org.surehop.core.disclosure.Judgement;
import org.surehop.core.disclosure.Need;
import org.surehop.core.disclosure.Unread;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.OptionTags;
import org.surehop.core.sip.Response;

/// One request on its way across the border and its answer on the way back, as a table: read
/// what must be read, prepare the firewall for it, forward, read what comes back, open the
/// pinholes that it needs, and only then let it through (PIN-4). Every request is such an
/// exchange; one without a readable body simply passes the reading states. Which description is
/// an offer and which an answer, [OfferAnswer] says. Fail closed: no event leads to a relayed
/// answer but the right one.
public final class Exchange {

    private Exchange() {}

    /// Where the exchange stands; each state holds just what exists in it.
    public sealed interface State {
        /// Arrived and admitted, nothing done.
        record Fresh() implements State {}

        /// The body of the request is with the CMS layer.
        record ReadingOffer() implements State {}

        /// The firewall is made ready for what the request says.
        record Preparing() implements State {}

        /// Forwarded.
        record Pending() implements State {}

        /// The body of a response is with the CMS layer. Whatever comes after a provisional one is
        /// held back meanwhile.
        record ReadingAnswer(Response answer) implements State {}

        /// The pinholes for a response are being enabled.
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

        /// `need` speaks of the body, if its description counts for anything.
        record Provisional(Response response, Need need) implements Event {}

        /// `need` as with a provisional response.
        record Success(Response response, Need need) implements Event {}

        record Failure(Response response) implements Event {}

        /// An ACK has gone on: nothing answers it.
        record Carried() implements Event {}

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

        /// Make the firewall ready for what the request says, before it goes on.
        record Prepare(Assured said) implements Effect {}

        record Forward() implements Effect {}

        /// Forward once more, without the tag that was refused.
        record ForwardAgain() implements Effect {}

        /// Let the response through to the asking side.
        record Relay(Response response) implements Effect {}

        /// Answer the asking side ourselves.
        record Refuse(Judgement.Refused refusal) implements Effect {}

        /// Answer the asking side ourselves, for a cause outside the body.
        record Decline(Reason reason, String detail) implements Effect {}

        /// Enable what the response needs before it goes on.
        record Settle(Response answer, Assured said) implements Effect {}

        /// Enable what policy allows for descriptions that pass unread, before the response goes
        /// on.
        record SettleBlindly(Response answer, Unread proof) implements Effect {}

        /// The body of that response goes no further; what is left of it may.
        record Withhold(Response response, Reason reason) implements Effect {}

        /// Go back to the rules of the last agreed pair.
        record Rollback() implements Effect {}

        /// CANCEL towards the far side.
        record CancelOnward() implements Effect {}

        /// The far side has accepted what nobody can have: acknowledge and end it (E2M-16).
        record Undo(Response answer, Reason reason) implements Effect {}

        /// Nothing more will come of this exchange.
        record Finish() implements Effect {}
    }

    /// Whether a provisional response is worked on: what comes after it waits (RFC 3262 §4).
    public static boolean holdsBack(State state) {
        return switch (state) {
            case State.ReadingAnswer(var answer) -> answer.status().provisional();
            case State.Enabling(var answer) -> answer.status().provisional();
            case State.Fresh _,
                    State.ReadingOffer _,
                    State.Preparing _,
                    State.Pending _,
                    State.Abandoned _,
                    State.Done _ ->
                    false;
        };
    }

    /// The new state and what to do, in order.
    public record Step(State state, List<Effect> effects) {
        public Step {
            effects = List.copyOf(effects);
        }
    }

    private record On(State state, Event event) {}

    private static final State.Done DONE = new State.Done();
    private static final State.Pending PENDING = new State.Pending();
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

            case On(State.Preparing _, Event.RulesApplied _) -> to(PENDING, new Effect.Forward());
            case On(State.Preparing _, Event.RulesRefused(var reason, var detail)) ->
                    over(new Effect.Rollback(), new Effect.Decline(reason, detail));
            case On(State.Preparing _, Event.Cancelled _) ->
                    over(new Effect.Rollback(), decline(Reason.CANCELLED));
            case On(State.Preparing _, Event.GivenUp(var reason)) ->
                    over(new Effect.Rollback(), decline(reason));

            case On(State.Pending _, Event.Provisional(var response, var need)) ->
                    answered(response, need);
            case On(State.Pending _, Event.Success(var response, var need)) ->
                    answered(response, need);
            case On(State.Pending _, Event.Carried _) -> over();
            case On(State.Pending _, Event.Failure(var response)) ->
                    over(new Effect.Rollback(), new Effect.Relay(response));
            case On(State.Pending _, Event.TagRefused _) -> to(PENDING, new Effect.ForwardAgain());
            case On(State.Pending _, Event.Unsent(var reason, var detail)) ->
                    over(new Effect.Rollback(), new Effect.Decline(reason, detail));
            case On(State.Pending _, Event.TimedOut _) ->
                    over(new Effect.Rollback(), decline(Reason.PEER_TIMEOUT));
            case On(State.Pending _, Event.Cancelled _) -> abandoned(decline(Reason.CANCELLED));
            case On(State.Pending _, Event.GivenUp(var reason)) -> abandoned(decline(reason));

            case On(State.ReadingAnswer _, _) -> reading(new On(state, event));
            case On(State.Enabling _, _) -> enabling(new On(state, event));

            case On(State.Abandoned _, Event.Success(var response, _)) ->
                    over(new Effect.Undo(response, Reason.CANCELLED));
            case On(State.Abandoned _, Event.Failure _) -> over();
            case On(State.Abandoned _, Event.TimedOut _) -> over();
            case On(State.Abandoned _, Event.Unsent _) -> over();

            // What is left comes too early, too late or twice, and changes nothing.
            case On(State.Fresh s, _) -> to(s);
            case On(State.ReadingOffer s, _) -> to(s);
            case On(State.Preparing s, _) -> to(s);
            case On(State.Pending s, _) -> to(s);
            case On(State.Abandoned s, _) -> to(s);
            case On(State.Done s, _) -> to(s);
        };
    }

    /// A response is with the CMS layer.
    private static Step reading(On row) {
        return switch (row) {
            case On(State.ReadingAnswer(var answer), Event.Judged(var judgement)) ->
                    answerJudged(answer, judgement);
            case On(State.ReadingAnswer(var answer), Event.Unsent(var reason, var detail))
                    when answer.status().provisional() ->
                    over(new Effect.Rollback(), new Effect.Decline(reason, detail));
            case On(State.ReadingAnswer(var answer), Event.GivenUp(var reason)) ->
                    undone(answer, reason, "");
            case On(State.ReadingAnswer(var answer), Event.Cancelled _) ->
                    undone(answer, Reason.CANCELLED, "");
            case On(var same, _) -> to(same);
        };
    }

    /// The pinholes for a response are being enabled.
    private static Step enabling(On row) {
        return switch (row) {
            case On(State.Enabling(var answer), Event.RulesApplied _) -> through(answer);
            case On(State.Enabling(var answer), Event.RulesRefused(var reason, var detail)) ->
                    unreliable(answer)
                            ? to(PENDING, new Effect.Withhold(answer, reason))
                            : undone(answer, reason, detail);
            case On(State.Enabling(var answer), Event.Unsent(var reason, var detail))
                    when answer.status().provisional() ->
                    over(new Effect.Rollback(), new Effect.Decline(reason, detail));
            case On(State.Enabling(var answer), Event.GivenUp(var reason)) ->
                    undone(answer, reason, "");
            case On(State.Enabling(var answer), Event.Cancelled _) ->
                    undone(answer, Reason.CANCELLED, "");
            case On(var same, _) -> to(same);
        };
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
            case Need.NothingToRead _, Need.OpenBlindly _ -> to(PENDING, new Effect.Forward());
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
                    to(new State.Preparing(), new Effect.Prepare(assured));
            // E2M-15: all was readable and there is no offer: go on, with no right to a pinhole.
            case Judgement.NoSdp _ -> to(PENDING, new Effect.Forward());
            case Judgement.Refused refused -> over(new Effect.Refuse(refused));
        };
    }

    private static Step answered(Response response, Need need) {
        return switch (need) {
            case Need.NothingToRead _, Need.ReadMessage _ -> through(response);
            case Need.ClearSdp _ ->
                    to(new State.ReadingAnswer(response), new Effect.JudgeAnswer(response));
            case Need.Open(var contentIds) ->
                    to(
                            new State.ReadingAnswer(response),
                            new Effect.ReadAnswer(response, contentIds));
            case Need.OpenBlindly(var proof) ->
                    to(new State.Enabling(response), new Effect.SettleBlindly(response, proof));
            case Need.BadLabel(var refusal) -> unreadable(response, refusal);
        };
    }

    private static Step answerJudged(Response answer, Judgement judgement) {
        return switch (judgement) {
            case Judgement.Accepted(var assured) ->
                    to(new State.Enabling(answer), new Effect.Settle(answer, assured));
            case Judgement.NoSdp _ -> through(answer);
            case Judgement.Refused refused -> unreadable(answer, refused);
        };
    }

    /// After a provisional response more is to come; the final one is the last.
    private static Step through(Response response) {
        return response.status().provisional()
                ? to(PENDING, new Effect.Relay(response))
                : over(new Effect.Relay(response));
    }

    /// E2M-16: the callee's dialog ends and the caller is told why. A preview only loses its body:
    /// the answer is still to come.
    private static Step unreadable(Response answer, Judgement.Refused refused) {
        if (unreliable(answer)) {
            return to(PENDING, new Effect.Withhold(answer, refused.reason()));
        }
        return answer.status().provisional()
                ? abandoned(new Effect.Refuse(refused))
                : over(
                        new Effect.Rollback(),
                        new Effect.Undo(answer, refused.reason()),
                        new Effect.Refuse(refused));
    }

    private static Step undone(Response answer, Reason reason, String detail) {
        var decline = new Effect.Decline(reason, detail);
        return answer.status().provisional()
                ? abandoned(decline)
                : over(new Effect.Rollback(), new Effect.Undo(answer, reason), decline);
    }

    private static Step abandoned(Effect told) {
        return to(ABANDONED, new Effect.Rollback(), new Effect.CancelOnward(), told);
    }

    /// Whether the provisional response comes with the promise of RFC 3262 that it arrives.
    public static boolean reliable(Response response) {
        return OptionTags.contains(response.require(), "100rel");
    }

    private static boolean unreliable(Response response) {
        return response.status().provisional() && !reliable(response);
    }

    private static Step to(State state, Effect... effects) {
        return new Step(state, List.of(effects));
    }
}
