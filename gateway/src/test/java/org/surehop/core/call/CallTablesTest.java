package org.surehop.core.call;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.surehop.core.disclosure.Assured;
import org.surehop.core.disclosure.AssuredSdp;
import org.surehop.core.disclosure.Judgement;
import org.surehop.core.disclosure.Need;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Leg;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.StatusCode;
import org.surehop.testing.GoldenFile;
import org.surehop.testing.SampleMessages;

/// Prints what the two tables of a call do in every state with every event, and compares. A new
/// event that falls through silently shows as new rows.
class CallTablesTest {
    private static final Assured PROOF = AssuredSdp.of("v=0\r\n");
    private static final Judgement.Refused REFUSED =
            new Judgement.Refused(Reason.NOT_A_RECIPIENT, new StatusCode(496));

    private static final Response RELIABLE =
            response(183).toBuilder().require(List.of("100rel")).build();

    private static Response response(int status) {
        return SampleMessages.response(SampleMessages.request(Method.INVITE), status);
    }

    @Test
    void aRequestCrossesTheBorderAsItsTableSays() {
        List<Exchange.State> states =
                List.of(
                        new Exchange.State.Fresh(),
                        new Exchange.State.ReadingOffer(),
                        new Exchange.State.Preparing(),
                        new Exchange.State.Pending(),
                        new Exchange.State.ReadingAnswer(response(183)),
                        new Exchange.State.ReadingAnswer(RELIABLE),
                        new Exchange.State.ReadingAnswer(response(200)),
                        new Exchange.State.Enabling(response(183)),
                        new Exchange.State.Enabling(RELIABLE),
                        new Exchange.State.Enabling(response(200)),
                        new Exchange.State.Abandoned(),
                        new Exchange.State.Done());
        var text = table(states, exchangeEvents(), Exchange::step);
        GoldenFile.assertMatches("call-exchange.txt", text);
    }

    private static List<Exchange.Event> exchangeEvents() {
        return List.of(
                new Exchange.Event.Arrived(new Need.NothingToRead()),
                new Exchange.Event.Arrived(new Need.ClearSdp()),
                new Exchange.Event.Arrived(new Need.Open(List.of())),
                new Exchange.Event.Arrived(new Need.ReadMessage()),
                new Exchange.Event.Arrived(new Need.BadLabel(REFUSED)),
                new Exchange.Event.Judged(new Judgement.Accepted(PROOF)),
                new Exchange.Event.Judged(new Judgement.NoSdp()),
                new Exchange.Event.Judged(REFUSED),
                new Exchange.Event.Provisional(response(180), new Need.NothingToRead()),
                new Exchange.Event.Provisional(response(183), new Need.ClearSdp()),
                new Exchange.Event.Provisional(response(183), new Need.BadLabel(REFUSED)),
                new Exchange.Event.Provisional(RELIABLE, new Need.Open(List.of())),
                new Exchange.Event.Provisional(RELIABLE, new Need.BadLabel(REFUSED)),
                new Exchange.Event.Success(response(200), new Need.NothingToRead()),
                new Exchange.Event.Success(response(200), new Need.ClearSdp()),
                new Exchange.Event.Success(response(200), new Need.Open(List.of())),
                new Exchange.Event.Success(
                        response(200), new Need.OpenBlindly(AssuredSdp.unread())),
                new Exchange.Event.Success(response(200), new Need.BadLabel(REFUSED)),
                new Exchange.Event.Failure(response(486)),
                new Exchange.Event.Carried(),
                new Exchange.Event.TagRefused(),
                new Exchange.Event.Unsent(Reason.CONNECTION_LOST, ""),
                new Exchange.Event.TimedOut(),
                new Exchange.Event.RulesApplied(),
                new Exchange.Event.RulesRefused(Reason.LACK_OF_RESOURCES, ""),
                new Exchange.Event.Cancelled(),
                new Exchange.Event.GivenUp(Reason.PEER_TIMEOUT));
    }

    @Test
    void aCallLivesAndEndsAsItsTableSays() {
        List<CallLife.State> states =
                List.of(
                        new CallLife.State.Inviting(),
                        new CallLife.State.Answered(),
                        new CallLife.State.Established(),
                        new CallLife.State.Ended(Reason.NORMAL_END));
        List<CallLife.Event> events =
                List.of(
                        new CallLife.Event.Accepted(),
                        new CallLife.Event.Declined(Reason.CALLEE_REFUSED),
                        new CallLife.Event.Acknowledged(),
                        new CallLife.Event.NoAck(),
                        new CallLife.Event.HungUp(Leg.A),
                        new CallLife.Event.Lost(Leg.B),
                        new CallLife.Event.Ending(Reason.LIFETIME_ENDED));
        GoldenFile.assertMatches("call-life.txt", table(states, events, CallLife::step));
    }

    private static String kind(Response response) {
        var reliable = Exchange.reliable(response) ? " reliable" : "";
        return response.status() + reliable;
    }

    @Test
    void anOfferMeetsItsAnswerAsItsTableSays() {
        var states = new ArrayList<OfferAnswer.State>();
        states.add(new OfferAnswer.State.Quiet());
        states.add(new OfferAnswer.State.Asked(Leg.A));
        var carriers = OfferAnswer.Carrier.values();
        for (var in : carriers) {
            states.add(new OfferAnswer.State.Offered(Leg.A, in));
        }
        var events = new ArrayList<OfferAnswer.Event>();
        for (var leg : Leg.values()) {
            for (var in : carriers) {
                events.add(new OfferAnswer.Event.Said(leg, in));
                events.add(new OfferAnswer.Event.Mute(leg, in));
            }
        }
        events.add(new OfferAnswer.Event.Failed());
        GoldenFile.assertMatches("offer-answer.txt", table(states, events, OfferAnswer::step));
    }

    private static <S, E, T extends Record> String table(
            List<S> states, List<E> events, BiFunction<S, E, T> machine) {
        return states.stream()
                .map(
                        state ->
                                events.stream()
                                        .map(e -> "  " + show(e) + " -> " + step(machine, state, e))
                                        .collect(
                                                Collectors.joining("\n", show(state) + "\n", "\n")))
                .collect(Collectors.joining("\n"));
    }

    private static <S, E, T extends Record> String step(
            BiFunction<S, E, T> machine, S state, E event) {
        return switch (machine.apply(state, event)) {
            case Exchange.Step(var next, var effects) -> show(next) + " " + names(effects);
            case CallLife.Step(var next, var effects) -> show(next) + " " + names(effects);
            case OfferAnswer.Step(var next, var role) -> show(next) + " " + role;
            default -> throw new IllegalArgumentException("no step of a call's table");
        };
    }

    private static String names(List<?> effects) {
        return effects.stream()
                .map(CallTablesTest::show)
                .collect(Collectors.joining(", ", "[", "]"));
    }

    /// The name of a record and what of its content decides: reasons, legs, whether there is an
    /// offer.
    private static String show(Object thing) {
        var name = thing.getClass().getSimpleName();
        return switch (thing) {
            case Exchange.Event.Arrived(var need) -> name + "(" + show(need) + ")";
            case Exchange.Event.Judged(var judgement) -> name + "(" + show(judgement) + ")";
            case Exchange.Event.Success(_, var need) -> name + "(" + show(need) + ")";
            case Exchange.Event.Provisional(var r, var need) ->
                    name + "(" + kind(r) + ", " + show(need) + ")";
            case Exchange.State.ReadingAnswer(var r) -> name + "(" + kind(r) + ")";
            case Exchange.State.Enabling(var r) -> name + "(" + kind(r) + ")";
            case OfferAnswer.State.Asked(var by) -> name + "(" + by + ")";
            case OfferAnswer.State.Offered(var by, var in) -> name + "(" + by + ", " + in + ")";
            case OfferAnswer.Event.Said(var by, var in) -> name + "(" + by + ", " + in + ")";
            case OfferAnswer.Event.Mute(var by, var in) -> name + "(" + by + ", " + in + ")";
            case Exchange.Effect.Decline(var reason, _) -> name + "(" + reason + ")";
            case Exchange.Effect.Undo(_, var reason) -> name + "(" + reason + ")";
            case CallLife.Effect.Bye(var leg, var reason) -> name + "(" + leg + ", " + reason + ")";
            case CallLife.Effect.Close(var reason) -> name + "(" + reason + ")";
            case CallLife.State.Ended(var reason) -> name + "(" + reason + ")";
            case CallLife.Event.HungUp(var leg) -> name + "(" + leg + ")";
            case CallLife.Event.Lost(var leg) -> name + "(" + leg + ")";
            default -> name;
        };
    }
}
