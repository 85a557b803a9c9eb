package org.surehop.core.gateway;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.surehop.core.config.Disclosure;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.config.Pinholes;
import org.surehop.core.disclosure.Assured;
import org.surehop.core.pinhole.FlowCounter;
import org.surehop.core.pinhole.Party;
import org.surehop.core.pinhole.PinholeOutcome;
import org.surehop.core.pinhole.PinholeState;
import org.surehop.core.pinhole.PinholeTable;
import org.surehop.core.pinhole.RuleSetChange;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.report.Severity;
import org.surehop.core.sdp.Flow;
import org.surehop.core.sdp.SkippedMedia;
import org.surehop.core.sip.Leg;
import org.surehop.core.sip.Response;

/// Asks the pinhole table for what calls need and carries its changes to the firewall and back. The
/// firewall's word decides: an answer goes on only after the change is in force (PIN-4).
final class PinholeDesk {
    private static final int REMOVAL_TRIES = 3;

    private final Desks desks;
    private final PinholeTable table;
    private final boolean active;
    private final Map<Long, Job> jobs = new HashMap<>();
    private final Map<Long, Call> byGroup = new HashMap<>();

    /// A change under way: for a passage that waits, for a call's upkeep, or for its removal.
    private sealed interface Job {
        RuleSetChange change();

        record Enabling(RuleSetChange change, Call call, Passage passage) implements Job {}

        record Upkeep(RuleSetChange change, Call call) implements Job {}

        record Removing(RuleSetChange change, Call call, int tries) implements Job {}
    }

    /// `more` are addresses of this machine beside those that the listeners name.
    PinholeDesk(Desks desks, GatewayConfig config, Set<InetAddress> more) {
        this.desks = desks;
        this.active = config.pinholes().driver() != Pinholes.Driver.NONE;
        this.table = new PinholeTable(config.pinholes(), own(config, more));
    }

    private static Set<InetAddress> own(GatewayConfig config, Set<InetAddress> more) {
        var named = config.listeners().stream().map(l -> InetAddress.ofLiteral(l.address()));
        return Stream.concat(named, more.stream())
                .filter(a -> !a.isAnyLocalAddress())
                .collect(Collectors.toUnmodifiableSet());
    }

    int flows() {
        return table.size();
    }

    Set<Flow> inForce() {
        return table.inForce();
    }

    int jobs() {
        return jobs.size();
    }

    /// Looks at the offer before it travels on (PRR): the reason and detail of a refusal, if any.
    Optional<PinholeOutcome.Refused> reserve(Call call, Assured offer) {
        if (!active) {
            return Optional.empty();
        }
        byGroup.put(call.group.value(), call);
        return table.reserve(call.group, new Party(call.legA.side(), offer, call.addressA))
                        instanceof PinholeOutcome.Refused refused
                ? Optional.of(refused)
                : Optional.empty();
    }

    /// Looks at an offer within the call: a refused one leaves the call as it is (MID-50).
    Optional<PinholeOutcome.Refused> examine(Call call, Leg from, Assured offer) {
        return active ? table.examine(party(call, from, offer)) : Optional.empty();
    }

    /// Enables what the pair needs (PER); the passage hears of it when the firewall has answered.
    void enable(Turn turn, Passage passage, Assured offer, Assured answer) {
        if (passage.call.isEmpty()) {
            // No pinhole without a call: descriptions in a MESSAGE or SUBSCRIBE open nothing.
            desks.passages().rulesApplied(turn, passage);
            return;
        }
        var call = passage.call.get();
        if (call.ended()) {
            // A BYE has overtaken the answer: nothing may open any more.
            desks.passages().rulesRefused(turn, passage, Reason.CANCELLED, "");
            return;
        }
        if (!active) {
            desks.passages().rulesApplied(turn, passage);
            return;
        }
        byGroup.put(call.group.value(), call);
        var offerer = party(call, passage.from, offer);
        var answerer = party(call, passage.from.other(), answer);
        var phase = passage.opensCall() ? PinholeState.Phase.EARLY : PinholeState.Phase.CONFIRMED;
        switch (table.enable(call.group, phase, offerer, answerer)) {
            case PinholeOutcome.Refused(var reason, var detail) ->
                    desks.passages().rulesRefused(turn, passage, reason, detail);
            case PinholeOutcome.Granted granted -> {
                call.fact("disclosure", offer.basis() + " / " + answer.basis());
                skipped(turn, call, granted.skipped());
                if (granted.change().isEmpty()) {
                    desks.passages().rulesApplied(turn, passage);
                } else {
                    apply(turn, new Job.Enabling(granted.change().get(), call, passage));
                }
            }
        }
    }

    /// Media that both sides want and that no pinhole serves: somebody will hear nothing.
    private void skipped(Turn turn, Call call, List<SkippedMedia> media) {
        for (var one : media) {
            var why = one.why().name().toLowerCase(Locale.ROOT).replace('_', '-');
            var known = call.fact("media:" + one.index(), why);
            if (one.unexpected() && !known.equals(Optional.of(why))) {
                noMedia(turn, call, Integer.toString(one.index()), why);
            }
        }
    }

    private void noMedia(Turn turn, Call call, String media, String why) {
        var what = new Reporter.What(NoticeKind.PINHOLE_NO_MEDIA, Severity.WARNING, Reason.NONE);
        var details = new java.util.TreeMap<>(Map.of("media", media, "why", why));
        desks.reporter().tell(turn, what, Optional.of(call.key), Optional.empty(), details);
    }

    private static Party party(Call call, Leg leg, Assured proof) {
        return leg == Leg.A
                ? new Party(call.legA.side(), proof, call.addressA)
                : new Party(call.sideB, proof, call.addressB);
    }

    /// A 2xx has gone through. One that answers an INVITE without offer brings the offer itself,
    /// and its answer comes with the ACK, where nobody can refuse it any more (PIN-24): no pinhole
    /// is made of that pair, and somebody should know.
    void answered(Turn turn, Passage passage, Response response) {
        var call = passage.call.filter(c -> !c.ended());
        if (!passage.opensCall()) {
            call.ifPresent(c -> confirm(turn, c));
        } else if (active
                && turn.config().disclosure().profile() == Disclosure.Profile.INSPECT
                && passage.request.body().isEmpty()
                && !response.body().isEmpty()) {
            call.ifPresent(c -> noMedia(turn, c, "all", "offer-in-the-answer"));
        }
    }

    /// The answer has gone through: the lifetime of a confirmed dialog holds from now on (PIN-7).
    void confirm(Turn turn, Call call) {
        upkeep(turn, call, table.confirm(call.group));
    }

    void refresh(Turn turn, Call call) {
        upkeep(turn, call, table.refresh(call.group));
    }

    void rollback(Turn turn, Call call) {
        upkeep(turn, call, table.rollback(call.group));
    }

    private void upkeep(Turn turn, Call call, PinholeOutcome outcome) {
        if (active && outcome instanceof PinholeOutcome.Granted granted) {
            granted.change().ifPresent(c -> apply(turn, new Job.Upkeep(c, call)));
            granted.refreshIn()
                    .ifPresent(in -> turn.arm(Deadline.Kind.PINHOLE_REFRESH, call.owner(), in));
        }
    }

    /// Removes everything of the call (GLC 0).
    void close(Turn turn, Call call) {
        turn.disarm(Deadline.Kind.PINHOLE_REFRESH, call.owner());
        byGroup.remove(call.group.value());
        if (active && table.close(call.group) instanceof PinholeOutcome.Granted granted) {
            granted.change()
                    .ifPresent(
                            change -> {
                                call.removal = Optional.of(change.number());
                                apply(turn, new Job.Removing(change, call, 1));
                            });
        }
    }

    private void apply(Turn turn, Job job) {
        var number = job.change().number();
        jobs.put(number, job);
        turn.emit(new Effect.ApplyRuleSet(job.change()));
        turn.arm(Deadline.Kind.WORK, owner(number), turn.config().timers().work());
    }

    private static String owner(long number) {
        return "change-" + number;
    }

    /// The firewall did not answer in time: treated as its refusal.
    void overdue(Turn turn, String owner) {
        if (owner.startsWith("change-")) {
            var number = Long.parseLong(owner.substring(7));
            // It may still be done later: what it would open is closed with its group.
            table.unanswered(number);
            failed(turn, number, Reason.FIREWALL_FAILED);
        }
    }

    void applied(Turn turn, long number, List<FlowCounter> closed) {
        table.applied(number);
        turn.disarm(Deadline.Kind.WORK, owner(number));
        switch (jobs.remove(number)) {
            case null -> desks.reporter().count("pinhole.late-answer");
            case Job.Enabling job -> {
                job.change().enable().forEach(f -> opened(turn, job.call(), f));
                desks.passages().rulesApplied(turn, job.passage());
            }
            case Job.Upkeep job -> {
                desks.reporter().count("pinhole.refreshed");
                closed.forEach(c -> closed(turn, job.call(), c));
            }
            case Job.Removing job -> {
                closed.forEach(c -> closed(turn, job.call(), c));
                removed(turn, job.call());
            }
        }
    }

    void failed(Turn turn, long number, Reason reason) {
        table.failed(number);
        turn.disarm(Deadline.Kind.WORK, owner(number));
        switch (jobs.remove(number)) {
            case null -> desks.reporter().count("pinhole.late-answer");
            case Job.Enabling job -> {
                report(turn, job.call(), NoticeKind.PINHOLE_FAILED, reason, Map.of());
                desks.passages().rulesRefused(turn, job.passage(), reason, "");
            }
            case Job.Upkeep job -> {
                report(turn, job.call(), NoticeKind.PINHOLE_FAILED, reason, Map.of());
                desks.calls().ending(turn, job.call(), reason);
            }
            case Job.Removing job -> {
                if (job.tries() < REMOVAL_TRIES) {
                    var rest = stillUnwanted(job.change());
                    apply(turn, new Job.Removing(rest, job.call(), job.tries() + 1));
                } else {
                    // The kernel's timeout closes them; nobody extends it any more.
                    report(turn, job.call(), NoticeKind.PINHOLE_FAILED, reason, Map.of());
                    removed(turn, job.call());
                }
            }
        }
    }

    /// What a second try may remove: not what another call has opened since.
    private RuleSetChange stillUnwanted(RuleSetChange change) {
        var wanted = table.inForce();
        var disable = change.disable().stream().filter(f -> !wanted.contains(f)).toList();
        return new RuleSetChange(
                change.number(), change.group(), change.enable(), change.lifetime(), disable);
    }

    private void removed(Turn turn, Call call) {
        call.removal = Optional.empty();
        desks.calls().rulesGone(turn, call);
    }

    /// The firewall lost rules that nobody here removed (ARE): reported, and the rest of the group
    /// closed, since half a session is none.
    void vanished(Turn turn, List<Flow> flows) {
        for (var group : table.groupsHolding(flows)) {
            var call = byGroup.get(group.value());
            if (call != null) {
                report(
                        turn,
                        call,
                        NoticeKind.PINHOLE_EXPIRED,
                        Reason.LIFETIME_ENDED,
                        Map.of("flows", Integer.toString(flows.size())));
                desks.calls().ending(turn, call, Reason.LIFETIME_ENDED);
            }
        }
    }

    private void opened(Turn turn, Call call, Flow flow) {
        if (!call.hasFact("pinhole:" + flow)) {
            call.fact("pinhole:" + flow, "open");
            report(
                    turn,
                    call,
                    NoticeKind.PINHOLE_OPEN,
                    Reason.NONE,
                    Map.of("flow", flow.toString()));
        }
    }

    private void closed(Turn turn, Call call, FlowCounter counter) {
        var details =
                Map.of(
                        "flow", counter.flow().toString(),
                        "packets", Long.toString(counter.packets()),
                        "bytes", Long.toString(counter.bytes()));
        call.fact(
                "pinhole:" + counter.flow(),
                "closed, %d packets, %d octets".formatted(counter.packets(), counter.bytes()));
        report(turn, call, NoticeKind.PINHOLE_CLOSE, Reason.NONE, new java.util.TreeMap<>(details));
    }

    private void report(
            Turn turn, Call call, NoticeKind kind, Reason reason, Map<String, String> details) {
        var severity = reason == Reason.NONE ? Severity.INFO : Severity.MAJOR;
        desks.reporter()
                .tell(
                        turn,
                        new Reporter.What(kind, severity, reason),
                        Optional.of(call.key),
                        Optional.empty(),
                        details);
    }
}
