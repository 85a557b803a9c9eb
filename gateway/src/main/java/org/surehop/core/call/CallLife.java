package org.surehop.core.call;

import java.util.List;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Leg;

/// The life of one call, from the INVITE to the last word, as a table. The pinholes go first: every
/// row that ends the call removes its rules before it says goodbye to anybody.
public final class CallLife {

    private CallLife() {}

    /// Where the call stands.
    public sealed interface State {
        /// The INVITE is under way.
        record Inviting() implements State {}

        /// The caller has the 2xx; its ACK is awaited.
        record Answered() implements State {}

        record Established() implements State {}

        /// Over, for that reason.
        record Ended(Reason reason) implements State {}
    }

    /// What can happen to a call.
    public sealed interface Event {
        /// A 2xx to the INVITE went to the caller.
        record Accepted() implements Event {}

        /// The INVITE will have no 2xx.
        record Declined(Reason reason) implements Event {}

        record Acknowledged() implements Event {}

        /// No ACK in 64*T1 (RFC 3261 §13.3.1.4).
        record NoAck() implements Event {}

        /// BYE from that leg.
        record HungUp(Leg leg) implements Event {}

        /// That leg has lost the dialog: 481 or 408 to a request in it (EDG-54).
        record Lost(Leg leg) implements Event {}

        /// The gateway ends the call: its time is over, its rules are gone, or the gateway stops.
        record Ending(Reason reason) implements Event {}
    }

    /// What must be done.
    public sealed interface Effect {
        record RemoveRules() implements Effect {}

        /// BYE of our own to that leg.
        record Bye(Leg leg, Reason reason) implements Effect {}

        /// Start or stop waiting for the ACK.
        record AwaitAck() implements Effect {}

        record AckCame() implements Effect {}

        /// Write the call's story and forget it when nothing of it is left.
        record Close(Reason reason) implements Effect {}
    }

    /// The new state and what to do, in order.
    public record Step(State state, List<Effect> effects) {
        public Step {
            effects = List.copyOf(effects);
        }
    }

    private record On(State state, Event event) {}

    public static State initial() {
        return new State.Inviting();
    }

    /// The table.
    public static Step step(State state, Event event) {
        return switch (new On(state, event)) {
            case On(State.Inviting _, Event.Accepted _) ->
                    to(new State.Answered(), new Effect.AwaitAck());
            case On(State.Inviting _, Event.Declined(var reason)) -> over(reason);
            // An early dialog can be ended by BYE from the caller (RFC 3261 §15).
            case On(State.Inviting _, Event.HungUp _) -> over(Reason.NORMAL_END);
            case On(State.Inviting _, Event.Ending(var reason)) -> over(reason);

            case On(State.Answered _, Event.Acknowledged _) ->
                    to(new State.Established(), new Effect.AckCame());
            case On(State.Answered _, Event.NoAck _) -> overToBoth(Reason.NO_ACK);
            case On(State.Answered _, Event.HungUp _) -> over(Reason.NORMAL_END);
            case On(State.Answered _, Event.Lost(var leg)) -> lost(leg);
            case On(State.Answered _, Event.Ending(var reason)) -> overToBoth(reason);

            case On(State.Established _, Event.HungUp _) -> over(Reason.NORMAL_END);
            case On(State.Established _, Event.Lost(var leg)) -> lost(leg);
            case On(State.Established _, Event.Ending(var reason)) -> overToBoth(reason);

            case On(State.Inviting s, _) -> to(s);
            case On(State.Answered s, _) -> to(s);
            case On(State.Established s, _) -> to(s);
            case On(State.Ended s, _) -> to(s);
        };
    }

    private static Step over(Reason reason) {
        return to(new State.Ended(reason), new Effect.RemoveRules(), new Effect.Close(reason));
    }

    private static Step overToBoth(Reason reason) {
        return to(
                new State.Ended(reason),
                new Effect.RemoveRules(),
                new Effect.Bye(Leg.A, reason),
                new Effect.Bye(Leg.B, reason),
                new Effect.Close(reason));
    }

    private static Step lost(Leg leg) {
        return to(
                new State.Ended(Reason.NO_SUCH_CALL),
                new Effect.RemoveRules(),
                new Effect.Bye(leg.other(), Reason.NO_SUCH_CALL),
                new Effect.Close(Reason.NO_SUCH_CALL));
    }

    private static Step to(State state, Effect... effects) {
        return new Step(state, List.of(effects));
    }
}
