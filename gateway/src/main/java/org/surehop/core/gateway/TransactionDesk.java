package org.surehop.core.gateway;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.surehop.core.assurance.E2eSec;
import org.surehop.core.sip.ConnectionId;
import org.surehop.core.sip.Inbound;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.Target;
import org.surehop.core.transaction.ClientInput;
import org.surehop.core.transaction.ClientOutput;
import org.surehop.core.transaction.FailureAck;
import org.surehop.core.transaction.InviteClient;
import org.surehop.core.transaction.InviteServer;
import org.surehop.core.transaction.NonInviteClient;
import org.surehop.core.transaction.NonInviteServer;
import org.surehop.core.transaction.ServerInput;
import org.surehop.core.transaction.ServerOutput;
import org.surehop.core.transaction.Timer;

/// Runs the transaction tables of RFC 3261 §17: owns every transaction, matches messages to them,
/// sends what they send, and hands up what they deliver.
final class TransactionDesk {
    private final Map<ServerKey, Server> servers = new HashMap<>();
    private final Map<TransactionKey, Client> clients = new HashMap<>();
    private final Map<String, ServerKey> serverOwners = new HashMap<>();
    private final Map<String, TransactionKey> clientOwners = new HashMap<>();
    private final Reporter reporter;
    private final User user;

    TransactionDesk(Reporter reporter, User user) {
        this.reporter = reporter;
        this.user = user;
    }

    /// Who is told what transactions deliver.
    interface User {
        void response(Turn turn, TransactionKey key, Response response, Inbound inbound);

        void timedOut(Turn turn, TransactionKey key);

        void failed(Turn turn, TransactionKey key, Event.SendFailed failure);

        void sent(Turn turn, TransactionKey key, Event.RequestSent evidence);

        /// The client transaction is over: no more responses come.
        void over(Turn turn, TransactionKey key);

        /// Timer H: a failure was never acknowledged.
        void unacknowledged(Turn turn, ServerKey key);
    }

    private static final class Server {
        final ConnectionId connection;
        /// Whether the request asked for e2e-sec: all that is kept of it, since a flood of
        /// refused requests with large bodies would stay for half a minute otherwise.
        final boolean assured;
        Optional<InviteServer.State> invite = Optional.empty();
        Optional<NonInviteServer.State> other = Optional.empty();

        Server(Request request, ConnectionId connection, String tag) {
            this.connection = connection;
            this.assured = E2eSec.asked(request, tag);
            if (request.method().equals(Method.INVITE)) {
                invite = Optional.of(InviteServer.initial());
            } else {
                other = Optional.of(NonInviteServer.initial());
            }
        }

        List<ServerOutput> step(ServerInput input) {
            if (invite.isPresent()) {
                var step = InviteServer.step(invite.get(), input);
                invite = Optional.of(step.state());
                return step.outputs();
            }
            var step = NonInviteServer.step(other.orElseThrow(), input);
            other = Optional.of(step.state());
            return step.outputs();
        }
    }

    private static final class Client {
        final Request request;
        Target target;
        Optional<Inbound> inbound = Optional.empty();
        Optional<Event.SendFailed> failure = Optional.empty();
        Optional<InviteClient.State> invite = Optional.empty();
        Optional<NonInviteClient.State> other = Optional.empty();

        Client(Request request, Target target) {
            this.request = request;
            this.target = target;
            if (request.method().equals(Method.INVITE)) {
                invite = Optional.of(InviteClient.initial());
            } else {
                other = Optional.of(NonInviteClient.initial());
            }
        }

        List<ClientOutput> step(ClientInput input) {
            if (invite.isPresent()) {
                var step = InviteClient.step(invite.get(), input);
                invite = Optional.of(step.state());
                return step.outputs();
            }
            var step = NonInviteClient.step(other.orElseThrow(), input);
            other = Optional.of(step.state());
            return step.outputs();
        }
    }

    int size() {
        return servers.size() + clients.size();
    }

    boolean knows(ServerKey key) {
        return servers.containsKey(key);
    }

    /// A request other than ACK: true when it is new and its user must act on it.
    boolean arrived(Turn turn, ServerKey key, Request request) {
        var known = servers.get(key);
        if (known != null) {
            serve(turn, key, known, new ServerInput.RequestArrived());
            return false;
        }
        var fresh = new Server(request, key.connection(), turn.config().assurance().optionTag());
        servers.put(key, fresh);
        serverOwners.put(key.owner(), key);
        return serve(turn, key, fresh, new ServerInput.RequestArrived());
    }

    /// An ACK: true when it belongs to a failure of ours and is thereby done.
    boolean acknowledged(Turn turn, ServerKey key) {
        var server = servers.get(key);
        if (server == null
                || !(server.invite.orElse(null) instanceof InviteServer.State.Completed)) {
            return false;
        }
        serve(turn, key, server, new ServerInput.AckArrived());
        return true;
    }

    void respond(Turn turn, ServerKey key, Response response) {
        var server = servers.get(key);
        if (server != null) {
            serve(turn, key, server, new ServerInput.Respond(response));
        } else if (response.status().success() && response.cseq().method().equals(Method.INVITE)) {
            // A 2xx is its user's to repeat, even after the transaction (RFC 6026 §7.1).
            turn.emit(new Effect.SendResponse(key.connection(), response));
        }
    }

    private boolean serve(Turn turn, ServerKey key, Server server, ServerInput input) {
        var delivered = false;
        for (var output : server.step(input)) {
            switch (output) {
                case ServerOutput.Deliver _ -> delivered = true;
                case ServerOutput.Send(var response) ->
                        turn.emit(
                                new Effect.SendResponse(
                                        server.connection, response, server.assured));
                case ServerOutput.NoAck _ -> user.unacknowledged(turn, key);
                case ServerOutput.Arm(var timer) ->
                        turn.arm(kind(timer), key.owner(), turn.config().timers().transaction());
                case ServerOutput.Disarm(var timer) -> turn.disarm(kind(timer), key.owner());
                case ServerOutput.Drop _ -> reporter.count("transaction.dropped");
                case ServerOutput.Done _ -> {
                    servers.remove(key);
                    serverOwners.remove(key.owner());
                }
            }
        }
        return delivered;
    }

    /// Starts a client transaction; its name is the branch of its top Via and its method.
    TransactionKey start(Turn turn, Request request, Target target) {
        var key = new TransactionKey(request.topVia().branch(), request.method());
        var client = new Client(request, target);
        clients.put(key, client);
        clientOwners.put(owner(key), key);
        turn.emit(new Effect.SendRequest(key, target, request));
        run(turn, key, client, new ClientInput.Started());
        return key;
    }

    void received(Turn turn, Response response, Inbound inbound) {
        var key = new TransactionKey(response.topVia().branch(), response.cseq().method());
        var client = clients.get(key);
        if (client == null) {
            reporter.count("response.stray");
            return;
        }
        client.inbound = Optional.of(inbound);
        run(turn, key, client, new ClientInput.ResponseArrived(response));
    }

    void written(Turn turn, Event.RequestSent evidence) {
        var client = clients.get(evidence.key());
        if (client != null) {
            // ACK and CANCEL must take the way that the request has taken.
            client.target = new Target.Flow(evidence.connection());
            user.sent(turn, evidence.key(), evidence);
        }
    }

    void unsent(Turn turn, Event.SendFailed failure) {
        var client = clients.get(failure.key());
        if (client != null) {
            client.failure = Optional.of(failure);
            run(turn, failure.key(), client, new ClientInput.TransportFailed(failure.reason()));
        }
    }

    /// CANCEL for an INVITE of ours, as a transaction of its own on the same way (§9.1).
    void cancel(Turn turn, TransactionKey invite) {
        var client = clients.get(invite);
        if (client != null) {
            start(turn, Crossing.cancel(client.request), client.target);
        }
    }

    void fired(Turn turn, Deadline deadline) {
        var server = serverOwners.get(deadline.owner());
        if (server != null) {
            var state = servers.get(server);
            if (state != null) {
                var waits = state.invite.orElse(null) instanceof InviteServer.State.Completed;
                serve(turn, server, state, new ServerInput.Fired(waits ? Timer.H : Timer.L));
            }
            return;
        }
        var key = clientOwners.get(deadline.owner());
        var client = key == null ? null : clients.get(key);
        if (key != null && client != null) {
            run(turn, key, client, new ClientInput.Fired(timer(deadline, key)));
        }
    }

    private static Timer timer(Deadline deadline, TransactionKey key) {
        if (deadline.kind() == Deadline.Kind.CLIENT_LINGER) {
            return Timer.M;
        }
        return key.method().equals(Method.INVITE) ? Timer.B : Timer.F;
    }

    private void run(Turn turn, TransactionKey key, Client client, ClientInput input) {
        for (var output : client.step(input)) {
            switch (output) {
                case ClientOutput.Deliver(var response) ->
                        user.response(turn, key, response, client.inbound.orElseThrow());
                case ClientOutput.Acknowledge(var response) -> {
                    var ack = FailureAck.of(client.request, response);
                    var ackKey = new TransactionKey(key.branch(), Method.ACK);
                    turn.emit(new Effect.SendRequest(ackKey, client.target, ack));
                }
                case ClientOutput.TimedOut _ -> user.timedOut(turn, key);
                case ClientOutput.Failed _ -> user.failed(turn, key, client.failure.orElseThrow());
                case ClientOutput.Arm(var timer) ->
                        turn.arm(kind(timer), owner(key), turn.config().timers().transaction());
                case ClientOutput.Disarm(var timer) -> turn.disarm(kind(timer), owner(key));
                case ClientOutput.Drop _ -> reporter.count("transaction.dropped");
                case ClientOutput.Done _ -> {
                    clients.remove(key);
                    clientOwners.remove(owner(key));
                    user.over(turn, key);
                }
            }
        }
    }

    /// A non-INVITE that gets no answer at all: RFC 4320 §4.2 forbids a late 408.
    void abandon(Turn turn, ServerKey key) {
        if (servers.remove(key) != null) {
            serverOwners.remove(key.owner());
            turn.disarm(Deadline.Kind.SERVER_LINGER, key.owner());
        }
    }

    /// Ends a client transaction that will get no final answer, without a word to its user.
    void forget(Turn turn, TransactionKey key) {
        if (clients.remove(key) != null) {
            clientOwners.remove(owner(key));
            turn.disarm(Deadline.Kind.CLIENT_TRANSACTION, owner(key));
            turn.disarm(Deadline.Kind.CLIENT_LINGER, owner(key));
            user.over(turn, key);
        }
    }

    private static String owner(TransactionKey key) {
        return key.branch() + "|" + key.method().name();
    }

    private static Deadline.Kind kind(Timer timer) {
        return switch (timer) {
            case B, F -> Deadline.Kind.CLIENT_TRANSACTION;
            case M -> Deadline.Kind.CLIENT_LINGER;
            case H, L -> Deadline.Kind.SERVER_LINGER;
        };
    }
}
