package org.surehop.core.transaction;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.Response;
import org.surehop.testing.GoldenFile;
import org.surehop.testing.SampleMessages;

/// Prints what every machine does in every state with every kind of input, and compares.
class GoldenTableTest {
    private static final List<ClientInput> CLIENT_INPUTS = clientInputs();
    private static final List<ServerInput> SERVER_INPUTS = serverInputs();

    @Test
    void inviteClientDoesWhatItsTableSays() {
        List<InviteClient.State> states =
                List.of(
                        InviteClient.initial(),
                        new InviteClient.State.Calling(),
                        new InviteClient.State.Proceeding(),
                        new InviteClient.State.Accepted(),
                        new InviteClient.State.Terminated());
        assertTable("transaction-invite-client.txt", states, CLIENT_INPUTS, InviteClient::step);
    }

    @Test
    void nonInviteClientDoesWhatItsTableSays() {
        List<NonInviteClient.State> states =
                List.of(
                        NonInviteClient.initial(),
                        new NonInviteClient.State.Trying(),
                        new NonInviteClient.State.Proceeding(),
                        new NonInviteClient.State.Terminated());
        assertTable(
                "transaction-non-invite-client.txt", states, CLIENT_INPUTS, NonInviteClient::step);
    }

    @Test
    void inviteServerDoesWhatItsTableSays() {
        List<InviteServer.State> states =
                List.of(
                        InviteServer.initial(),
                        new InviteServer.State.Proceeding(Optional.empty()),
                        new InviteServer.State.Proceeding(Optional.of(response(180))),
                        new InviteServer.State.Completed(response(486)),
                        new InviteServer.State.Accepted(),
                        new InviteServer.State.Terminated());
        assertTable("transaction-invite-server.txt", states, SERVER_INPUTS, InviteServer::step);
    }

    @Test
    void nonInviteServerDoesWhatItsTableSays() {
        List<NonInviteServer.State> states =
                List.of(
                        NonInviteServer.initial(),
                        new NonInviteServer.State.Trying(),
                        new NonInviteServer.State.Proceeding(response(100)),
                        new NonInviteServer.State.Terminated());
        assertTable(
                "transaction-non-invite-server.txt", states, SERVER_INPUTS, NonInviteServer::step);
    }

    private static <S, I, O> void assertTable(
            String file, List<S> states, List<I> inputs, BiFunction<S, I, Step<S, O>> machine) {
        Function<S, String> rows =
                state ->
                        inputs.stream()
                                .map(input -> row(state, input, machine.apply(state, input)))
                                .collect(Collectors.joining("\n", name(state) + "\n", "\n"));
        GoldenFile.assertMatches(file, states.stream().map(rows).collect(Collectors.joining("\n")));
    }

    private static <S, I, O> String row(S state, I input, Step<S, O> step) {
        var next = step.state().equals(state) ? "stays" : name(step.state());
        var outputs =
                step.outputs().stream()
                        .map(GoldenTableTest::name)
                        .collect(Collectors.joining(", "));
        return "    %-34s -> %-16s %s".formatted(name(input), next, outputs).stripTrailing();
    }

    /// A record in short: a response shows as its status.
    private static String name(Object thing) {
        var parts = new ArrayList<String>();
        for (var component : thing.getClass().getRecordComponents()) {
            try {
                var accessor = component.getAccessor();
                accessor.setAccessible(true);
                parts.add(value(accessor.invoke(thing)));
            } catch (ReflectiveOperationException e) {
                throw new AssertionError("reading a record of " + thing.getClass(), e);
            }
        }
        var simple = thing.getClass().getSimpleName();
        return parts.isEmpty() ? simple : simple + "(" + String.join(", ", parts) + ")";
    }

    private static String value(Object value) {
        return switch (value) {
            case Response r -> r.status().toString();
            case Optional<?> o -> o.map(GoldenTableTest::value).orElse("nothing");
            default -> value.toString();
        };
    }

    private static Response response(int status) {
        return SampleMessages.response(SampleMessages.request(Method.INVITE), status);
    }

    private static List<ClientInput> clientInputs() {
        var inputs = new ArrayList<ClientInput>();
        inputs.add(new ClientInput.Started());
        for (int status : new int[] {100, 180, 200, 302, 408, 503, 603}) {
            inputs.add(new ClientInput.ResponseArrived(response(status)));
        }
        inputs.add(new ClientInput.TransportFailed(Reason.CONNECTION_LOST));
        for (var timer : Timer.values()) {
            inputs.add(new ClientInput.Fired(timer));
        }
        return inputs;
    }

    private static List<ServerInput> serverInputs() {
        var inputs = new ArrayList<ServerInput>();
        inputs.add(new ServerInput.RequestArrived());
        inputs.add(new ServerInput.AckArrived());
        for (int status : new int[] {100, 180, 200, 408, 486}) {
            inputs.add(new ServerInput.Respond(response(status)));
        }
        inputs.add(new ServerInput.TransportFailed());
        for (var timer : Timer.values()) {
            inputs.add(new ServerInput.Fired(timer));
        }
        return inputs;
    }
}
