package org.surehop.core.transaction;

import static org.surehop.core.transaction.Step.to;

import org.surehop.core.transaction.ClientInput.Fired;
import org.surehop.core.transaction.ClientInput.ResponseArrived;
import org.surehop.core.transaction.ClientInput.Started;
import org.surehop.core.transaction.ClientInput.TransportFailed;
import org.surehop.core.transaction.ClientOutput.Arm;
import org.surehop.core.transaction.ClientOutput.Deliver;
import org.surehop.core.transaction.ClientOutput.Disarm;
import org.surehop.core.transaction.ClientOutput.Done;
import org.surehop.core.transaction.ClientOutput.Drop;
import org.surehop.core.transaction.ClientOutput.Failed;
import org.surehop.core.transaction.ClientOutput.TimedOut;

/// The non-INVITE client transaction: RFC 3261 §17.1.2. Completed is missing because Timer K is
/// zero on a reliable transport; a late final response is dropped, never sent on (RFC 4320 §4.3).
public final class NonInviteClient {
    private NonInviteClient() {}

    /// Where a request that we sent stands.
    public sealed interface State {
        /// Not sent yet.
        record Idle() implements State {}

        /// Sent, nothing heard.
        record Trying() implements State {}

        /// A provisional response came; Timer F goes on.
        record Proceeding() implements State {}

        record Terminated() implements State {}
    }

    public static State initial() {
        return new State.Idle();
    }

    public static Step<State, ClientOutput> step(State state, ClientInput input) {
        return switch (new On(state, input)) {
            case On(State.Idle _, Started _) -> to(new State.Trying(), new Arm(Timer.F));
            case On(State.Idle s, var _) -> to(s, new Drop("nothing was sent yet"));

            case On(State.Trying s, Started _) -> to(s, new Drop("sent already"));
            case On(State.Trying _, var event) -> waiting(state, event);

            case On(State.Proceeding s, Started _) -> to(s, new Drop("sent already"));
            case On(State.Proceeding _, var event) -> waiting(state, event);

            case On(State.Terminated s, ResponseArrived _) ->
                    to(s, new Drop("late response (RFC 4320)"));
            case On(State.Terminated s, var _) -> to(s, new Drop("the transaction is over"));
        };
    }

    /// Trying and Proceeding differ on unreliable transports only (Timer E).
    private static Step<State, ClientOutput> waiting(State state, ClientInput event) {
        return switch (event) {
            case ResponseArrived(var r) when r.status().provisional() ->
                    to(new State.Proceeding(), new Deliver(r));
            case ResponseArrived(var r) ->
                    to(new State.Terminated(), new Disarm(Timer.F), new Deliver(r), new Done());
            case Fired(var t) when t == Timer.F ->
                    to(new State.Terminated(), new TimedOut(), new Done());
            case TransportFailed(var reason) ->
                    to(new State.Terminated(), new Disarm(Timer.F), new Failed(reason), new Done());
            case Fired _ -> to(state, new Drop("not a timer of this machine"));
            case Started _ -> to(state, new Drop("sent already"));
        };
    }

    private record On(State state, ClientInput input) {}
}
