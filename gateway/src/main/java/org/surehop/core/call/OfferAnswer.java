package org.surehop.core.call;

import org.surehop.core.sip.Leg;

/// Who has offered what in one dialog, as a table (RFC 3264, RFC 3311, RFC 6337 §2): which
/// description is an offer, which one answers it, and which one counts for nothing. All six
/// patterns of RFC 6337 are rows of it (PIN-24). A second offer while one waits is left to the
/// ends, which refuse it with 491 or 500; it makes nothing here.
public final class OfferAnswer {

    private OfferAnswer() {}

    /// The messages that may carry a description.
    public enum Carrier {
        INVITE,
        PRACK,
        UPDATE,
        ACK,
        /// An unreliable provisional response to an INVITE.
        EARLY,
        /// A reliable one (RFC 3262).
        RELIABLE,
        /// A 2xx to an INVITE.
        ACCEPTED,
        /// A 2xx to PRACK or UPDATE.
        REPLY;

        boolean request() {
            return this == INVITE || this == PRACK || this == UPDATE;
        }
    }

    /// What the dialog waits for.
    public sealed interface State {
        /// No offer waits for its answer.
        record Quiet() implements State {}

        /// That leg has sent an INVITE without a description: the other leg makes the offer.
        record Asked(Leg by) implements State {}

        /// The offer of that leg, in that message, waits for its answer.
        record Offered(Leg by, Carrier in) implements State {}
    }

    /// What can happen.
    public sealed interface Event {
        /// A description that can be acted on.
        record Said(Leg by, Carrier in) implements Event {}

        /// A message that might have carried one and does not.
        record Mute(Leg by, Carrier in) implements Event {}

        /// The request that began this was refused, cancelled, or never answered.
        record Failed() implements Event {}
    }

    /// What a description is.
    public enum Role {
        OFFER,
        ANSWER,
        /// What the answer will probably be (RFC 3261 §13.2.1, RFC 6337 §2.1).
        PREVIEW,
        NONE
    }

    /// The new state, and what the description was.
    public record Step(State state, Role role) {}

    private record On(State state, Event event) {}

    private static final State QUIET = new State.Quiet();

    public static State initial() {
        return QUIET;
    }

    /// The table.
    public static Step step(State state, Event event) {
        return switch (new On(state, event)) {
            case On(State.Quiet _, Event.Said(var by, var in)) when in.request() ->
                    new Step(new State.Offered(by, in), Role.OFFER);
            case On(State.Quiet _, Event.Mute(var by, var in)) when in == Carrier.INVITE ->
                    new Step(new State.Asked(by), Role.NONE);

            case On(State.Asked(var asker), Event.Said(var by, var in))
                    when by != asker && firm(in) ->
                    new Step(new State.Offered(by, in), Role.OFFER);
            case On(State.Asked(var asker), Event.Mute(var by, var in))
                    when by != asker && in == Carrier.ACCEPTED ->
                    none(QUIET);

            case On(State.Offered(var offerer, var in), Event.Said(var by, var with))
                    when by != offerer && in == Carrier.INVITE && with == Carrier.EARLY ->
                    new Step(state, Role.PREVIEW);
            case On(State.Offered(var offerer, var in), Event.Said(var by, var with))
                    when by != offerer && answers(in, with) ->
                    new Step(QUIET, Role.ANSWER);
            case On(State.Offered(var offerer, var in), Event.Mute(var by, var with))
                    when by != offerer && last(in, with) ->
                    none(QUIET);

            case On(_, Event.Failed _) -> none(QUIET);

            // What is left is glare, a repetition, or no description at all.
            case On(State.Quiet s, _) -> none(s);
            case On(State.Asked s, _) -> none(s);
            case On(State.Offered s, _) -> none(s);
        };
    }

    private static boolean firm(Carrier in) {
        return in == Carrier.RELIABLE || in == Carrier.ACCEPTED;
    }

    /// Where the answer to an offer may stand.
    private static boolean answers(Carrier offer, Carrier answer) {
        return switch (offer) {
            case INVITE -> firm(answer);
            case PRACK, UPDATE -> answer == Carrier.REPLY;
            case RELIABLE -> answer == Carrier.PRACK;
            case ACCEPTED -> answer == Carrier.ACK;
            case ACK, EARLY, REPLY -> false;
        };
    }

    /// After which message no answer can come any more.
    private static boolean last(Carrier offer, Carrier message) {
        return switch (offer) {
            case INVITE -> message == Carrier.ACCEPTED;
            case PRACK, UPDATE -> message == Carrier.REPLY;
            case ACCEPTED -> message == Carrier.ACK;
            case RELIABLE, ACK, EARLY, REPLY -> false;
        };
    }

    private static Step none(State state) {
        return new Step(state, Role.NONE);
    }
}
