package org.surehop.core.transaction;

import static org.surehop.core.transaction.Step.to;

import java.util.Optional;
import org.surehop.core.sip.Response;
import org.surehop.core.transaction.ServerInput.AckArrived;
import org.surehop.core.transaction.ServerInput.Fired;
import org.surehop.core.transaction.ServerInput.RequestArrived;
import org.surehop.core.transaction.ServerInput.Respond;
import org.surehop.core.transaction.ServerInput.TransportFailed;
import org.surehop.core.transaction.ServerOutput.Arm;
import org.surehop.core.transaction.ServerOutput.Deliver;
import org.surehop.core.transaction.ServerOutput.Disarm;
import org.surehop.core.transaction.ServerOutput.Done;
import org.surehop.core.transaction.ServerOutput.Drop;
import org.surehop.core.transaction.ServerOutput.NoAck;
import org.surehop.core.transaction.ServerOutput.Send;

/// The INVITE server transaction: RFC 3261 §17.2.1 with the Accepted state of RFC 6026 §7.1.
/// Confirmed is missing because Timer I is zero on a reliable transport. A response that could not
/// be written leaves the machine where it is (RFC 6026 §7.1).
public final class InviteServer {
    private InviteServer() {}

    /// Where an INVITE that came to us stands.
    public sealed interface State {
        /// Nothing came yet.
        record Idle() implements State {}

        /// No final response yet; `last` is the provisional one that a repeated INVITE gets.
        record Proceeding(Optional<Response> last) implements State {}

        /// A non-2xx was sent and waits for its ACK.
        record Completed(Response sent) implements State {}

        /// A 2xx was sent; its user repeats it if need be.
        record Accepted() implements State {}

        record Terminated() implements State {}
    }

    public static State initial() {
        return new State.Idle();
    }

    public static Step<State, ServerOutput> step(State state, ServerInput input) {
        return switch (new On(state, input)) {
            case On(State.Idle _, RequestArrived _) ->
                    to(new State.Proceeding(Optional.empty()), new Deliver());
            case On(State.Idle s, var _) -> to(s, new Drop("no INVITE came yet"));

            case On(State.Proceeding(var last), RequestArrived _) when last.isPresent() ->
                    to(state, new Send(last.get()));
            case On(State.Proceeding s, RequestArrived _) ->
                    to(s, new Drop("repeated INVITE before any response"));
            case On(State.Proceeding _, Respond(var r)) when r.status().provisional() ->
                    to(new State.Proceeding(Optional.of(r)), new Send(r));
            case On(State.Proceeding _, Respond(var r)) when r.status().success() ->
                    to(new State.Accepted(), new Send(r), new Arm(Timer.L));
            case On(State.Proceeding _, Respond(var r)) ->
                    to(new State.Completed(r), new Send(r), new Arm(Timer.H));
            case On(State.Proceeding s, TransportFailed _) ->
                    to(s, new Drop("a response could not be written"));
            case On(State.Proceeding s, var _) ->
                    to(s, new Drop("not for an INVITE in Proceeding"));

            case On(State.Completed s, RequestArrived _) -> to(s, new Send(s.sent()));
            case On(State.Completed _, AckArrived _) ->
                    to(new State.Terminated(), new Disarm(Timer.H), new Done());
            case On(State.Completed _, Fired(var t)) when t == Timer.H ->
                    to(new State.Terminated(), new NoAck(), new Done());
            case On(State.Completed s, Respond _) -> to(s, new Drop("a second final response"));
            case On(State.Completed s, TransportFailed _) ->
                    to(s, new Drop("a response could not be written"));
            case On(State.Completed s, Fired _) ->
                    to(s, new Drop("not for an INVITE in Completed"));

            case On(State.Accepted s, RequestArrived _) ->
                    to(s, new Drop("repeated INVITE after a 2xx (RFC 6026)"));
            case On(State.Accepted s, AckArrived _) -> to(s, new Deliver());
            case On(State.Accepted s, Respond(var r)) when r.status().success() ->
                    to(s, new Send(r));
            case On(State.Accepted s, Respond _) ->
                    to(s, new Drop("not a 2xx after a 2xx (RFC 6026)"));
            case On(State.Accepted _, Fired(var t)) when t == Timer.L ->
                    to(new State.Terminated(), new Done());
            case On(State.Accepted s, TransportFailed _) ->
                    to(s, new Drop("a response could not be written"));
            case On(State.Accepted s, Fired _) -> to(s, new Drop("not for an INVITE in Accepted"));

            case On(State.Terminated s, var _) -> to(s, new Drop("the transaction is over"));
        };
    }

    private record On(State state, ServerInput input) {}
}
