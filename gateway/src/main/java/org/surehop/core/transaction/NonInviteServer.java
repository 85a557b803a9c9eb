package org.surehop.core.transaction;

import static org.surehop.core.transaction.Step.to;

import org.surehop.core.sip.Response;
import org.surehop.core.transaction.ServerInput.RequestArrived;
import org.surehop.core.transaction.ServerInput.Respond;
import org.surehop.core.transaction.ServerInput.TransportFailed;
import org.surehop.core.transaction.ServerOutput.Deliver;
import org.surehop.core.transaction.ServerOutput.Done;
import org.surehop.core.transaction.ServerOutput.Drop;
import org.surehop.core.transaction.ServerOutput.Send;

/// The non-INVITE server transaction: RFC 3261 §17.2.2 under RFC 4320: no provisional response but
/// 100 and never a 408; a request that got neither ends in silence. Completed is missing because
/// Timer J is zero on a reliable transport.
public final class NonInviteServer {
    private static final int TRYING = 100;
    private static final int REQUEST_TIMEOUT = 408;

    private NonInviteServer() {}

    /// Where a request that came to us stands.
    public sealed interface State {
        /// Nothing came yet.
        record Idle() implements State {}

        /// No response yet.
        record Trying() implements State {}

        /// A 100 was sent; a repeated request gets it again.
        record Proceeding(Response last) implements State {}

        record Terminated() implements State {}
    }

    public static State initial() {
        return new State.Idle();
    }

    public static Step<State, ServerOutput> step(State state, ServerInput input) {
        return switch (new On(state, input)) {
            case On(State.Idle _, RequestArrived _) -> to(new State.Trying(), new Deliver());
            case On(State.Idle s, var _) -> to(s, new Drop("no request came yet"));

            case On(State.Trying s, RequestArrived _) ->
                    to(s, new Drop("repeated request before any response"));
            case On(State.Trying _, Respond(var r)) -> answer(state, r);
            case On(State.Trying s, TransportFailed _) ->
                    to(s, new Drop("a response could not be written"));
            case On(State.Trying s, var _) -> to(s, new Drop("not for a request in Trying"));

            case On(State.Proceeding s, RequestArrived _) -> to(s, new Send(s.last()));
            case On(State.Proceeding _, Respond(var r)) -> answer(state, r);
            case On(State.Proceeding s, TransportFailed _) ->
                    to(s, new Drop("a response could not be written"));
            case On(State.Proceeding s, var _) ->
                    to(s, new Drop("not for a request in Proceeding"));

            case On(State.Terminated s, Respond _) -> to(s, new Drop("late response (RFC 4320)"));
            case On(State.Terminated s, var _) -> to(s, new Drop("the transaction is over"));
        };
    }

    private static Step<State, ServerOutput> answer(State state, Response response) {
        var status = response.status();
        if (status.value() == TRYING) {
            return to(new State.Proceeding(response), new Send(response));
        }
        if (status.provisional()) {
            return to(state, new Drop("no provisional but 100 (RFC 4320)"));
        }
        if (status.value() == REQUEST_TIMEOUT) {
            // RFC 4320 §4.2: who cannot answer in time does not answer at all.
            return to(new State.Terminated(), new Drop("no 408 to this (RFC 4320)"), new Done());
        }
        return to(new State.Terminated(), new Send(response), new Done());
    }

    private record On(State state, ServerInput input) {}
}
