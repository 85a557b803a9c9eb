package org.surehop.core.transaction;

import static org.surehop.core.transaction.Step.to;

import java.util.ArrayList;
import java.util.List;
import org.surehop.core.sip.Response;
import org.surehop.core.transaction.ClientInput.Fired;
import org.surehop.core.transaction.ClientInput.ResponseArrived;
import org.surehop.core.transaction.ClientInput.Started;
import org.surehop.core.transaction.ClientInput.TransportFailed;
import org.surehop.core.transaction.ClientOutput.Acknowledge;
import org.surehop.core.transaction.ClientOutput.Arm;
import org.surehop.core.transaction.ClientOutput.Deliver;
import org.surehop.core.transaction.ClientOutput.Disarm;
import org.surehop.core.transaction.ClientOutput.Done;
import org.surehop.core.transaction.ClientOutput.Drop;
import org.surehop.core.transaction.ClientOutput.Failed;
import org.surehop.core.transaction.ClientOutput.TimedOut;

/// The INVITE client transaction: RFC 3261 §17.1.1 with the Accepted state of RFC 6026 §7.2.
/// Completed is missing because Timer D is zero on a reliable transport. Timer C, which ends
/// endless ringing, belongs to the call (EDG-55).
public final class InviteClient {
    private InviteClient() {}

    /// Where an INVITE that we sent stands.
    public sealed interface State {
        /// Not sent yet.
        record Idle() implements State {}

        /// Sent, nothing heard.
        record Calling() implements State {}

        /// A provisional response came.
        record Proceeding() implements State {}

        /// A 2xx came; more of them may (RFC 6026).
        record Accepted() implements State {}

        record Terminated() implements State {}
    }

    public static State initial() {
        return new State.Idle();
    }

    public static Step<State, ClientOutput> step(State state, ClientInput input) {
        return switch (new On(state, input)) {
            case On(State.Idle _, Started _) -> to(new State.Calling(), new Arm(Timer.B));
            case On(State.Idle s, var _) -> to(s, new Drop("nothing was sent yet"));

            case On(State.Calling _, ResponseArrived(var r)) when r.status().provisional() ->
                    to(new State.Proceeding(), new Disarm(Timer.B), new Deliver(r));
            case On(State.Calling _, ResponseArrived(var r)) when r.status().success() ->
                    to(new State.Accepted(), new Disarm(Timer.B), new Arm(Timer.M), new Deliver(r));
            case On(State.Calling _, ResponseArrived(var r)) -> refused(r, new Disarm(Timer.B));
            case On(State.Calling _, Fired(var t)) when t == Timer.B ->
                    to(new State.Terminated(), new TimedOut(), new Done());
            case On(State.Calling _, TransportFailed(var reason)) ->
                    to(new State.Terminated(), new Disarm(Timer.B), new Failed(reason), new Done());
            case On(State.Calling s, var _) -> to(s, new Drop("not for an INVITE in Calling"));

            case On(State.Proceeding s, ResponseArrived(var r)) when r.status().provisional() ->
                    to(s, new Deliver(r));
            case On(State.Proceeding _, ResponseArrived(var r)) when r.status().success() ->
                    to(new State.Accepted(), new Arm(Timer.M), new Deliver(r));
            case On(State.Proceeding _, ResponseArrived(var r)) -> refused(r);
            case On(State.Proceeding _, TransportFailed(var reason)) ->
                    to(new State.Terminated(), new Failed(reason), new Done());
            case On(State.Proceeding s, var _) ->
                    to(s, new Drop("not for an INVITE in Proceeding"));

            case On(State.Accepted s, ResponseArrived(var r)) when r.status().success() ->
                    to(s, new Deliver(r));
            case On(State.Accepted s, ResponseArrived _) ->
                    to(s, new Drop("stray response after a 2xx (RFC 6026)"));
            case On(State.Accepted _, Fired(var t)) when t == Timer.M ->
                    to(new State.Terminated(), new Done());
            case On(State.Accepted s, var _) -> to(s, new Drop("not for an INVITE in Accepted"));

            case On(State.Terminated s, var _) -> to(s, new Drop("the transaction is over"));
        };
    }

    private static Step<State, ClientOutput> refused(Response response, ClientOutput... first) {
        var outputs = new ArrayList<>(List.of(first));
        outputs.add(new Acknowledge(response));
        outputs.add(new Deliver(response));
        outputs.add(new Done());
        return new Step<>(new State.Terminated(), outputs);
    }

    private record On(State state, ClientInput input) {}
}
