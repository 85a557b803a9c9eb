package org.surehop.core.gateway;

import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.config.Pinholes;
import org.surehop.core.disclosure.Assured;
import org.surehop.core.pinhole.FlowCounter;
import org.surehop.core.pinhole.GroupId;
import org.surehop.core.pinhole.Holdings;
import org.surehop.core.pinhole.PinholeOutcome;
import org.surehop.core.pinhole.PinholeState;
import org.surehop.core.pinhole.PinholeTable;
import org.surehop.core.pinhole.RuleSetChange;
import org.surehop.core.report.Reason;
import org.surehop.core.sdp.Flow;
import org.surehop.core.sip.Leg;

/// Asks the pinhole table for what calls need and carries its changes to the firewall and back. The
/// firewall's word decides: an answer goes on only after the change is in force (PIN-4).
final class PinholeDesk {
    private static final int REMOVAL_TRIES = 3;
    private static final String GROUP = "group-";

    private final Desks desks;
    private final PinholeTable table;
    private final PinholeStory story;
    private final CallRules rules;
    private final boolean active;
    private final int maxPerCall;
    private final Map<Long, PinholeJob> jobs = new HashMap<>();
    private final Map<Long, Call> byGroup = new HashMap<>();
    /// Groups that have opened flows, and whose media nobody has looked for yet.
    private final Set<GroupId> fresh = new HashSet<>();
    private final Predicate<InetAddress> inside;

    /// `more` are addresses of this machine beside those that the listeners name.
    PinholeDesk(Desks desks, GatewayConfig config, Set<InetAddress> more, Holdings held) {
        this.desks = desks;
        this.story = new PinholeStory(desks);
        this.rules = new CallRules(config.pinholes());
        this.maxPerCall = config.pinholes().maxRulesPerCall();
        this.inside = a -> config.pinholes().insidePrefixes().stream().anyMatch(p -> p.contains(a));
        this.active = config.pinholes().driver() != Pinholes.Driver.NONE;
        this.table = new PinholeTable(config.pinholes(), own(config, more), held);
    }

    static Set<InetAddress> own(GatewayConfig config, Set<InetAddress> more) {
        var named = config.listeners().stream().map(l -> InetAddress.ofLiteral(l.address()));
        return Stream.concat(named, more.stream())
                .filter(a -> !a.isAnyLocalAddress())
                .collect(Collectors.toUnmodifiableSet());
    }

    int flows() {
        return table.size();
    }

    /// What managers see.
    CallRules rules() {
        return rules;
    }

    Set<Flow> inForce() {
        return table.inForce();
    }

    int jobs() {
        return jobs.size();
    }

    /// Looks at the first offer of a call before it travels on (PRR): why it may not, if so.
    Optional<PinholeOutcome.Refused> reserve(Call call, GroupId group, Leg from, Assured offer) {
        if (!active) {
            return Optional.empty();
        }
        byGroup.put(group.value(), call);
        return table.reserve(group, PinholeWish.party(call, from, offer))
                        instanceof PinholeOutcome.Refused refused
                ? Optional.of(refused)
                : Optional.empty();
    }

    /// Looks at an offer within the call: a refused one leaves the call as it is (MID-50).
    Optional<PinholeOutcome.Refused> examine(Call call, Leg from, Assured offer) {
        return active ? table.examine(PinholeWish.party(call, from, offer)) : Optional.empty();
    }

    /// Whether a description says of itself that it is the one before it.
    boolean unchanged(Assured before, Assured now) {
        return active && table.unchanged(before, now);
    }

    /// Enables what the pair needs (PER); the passage hears of it when the firewall has answered.
    void enable(Turn turn, Passage passage, PinholeWish wish) {
        var call = wish.call();
        if (call.ended()) {
            // A BYE has overtaken the answer: nothing may open any more.
            desks.passages().rulesRefused(turn, passage, Reason.CANCELLED, "");
            return;
        }
        if (!active) {
            desks.passages().rulesApplied(turn, passage);
            return;
        }
        var mixed = UnseenDesk.mixed(turn, wish.offer(), wish.answer());
        if (mixed.isPresent()) {
            desks.passages().rulesRefused(turn, passage, mixed.get(), "an answer in clear");
            return;
        }
        var phase = call.established() ? PinholeState.Phase.CONFIRMED : PinholeState.Phase.EARLY;
        var outcome = table.enable(wish.group(), phase, wish.offering(), wish.answering());
        call.fact("disclosure", wish.offer().basis() + " / " + wish.answer().basis());
        enabling(turn, passage, wish, outcome);
        if (outcome instanceof PinholeOutcome.Granted && !wish.group().equals(call.base.group)) {
            // Somebody has answered: what was open to anyone until then closes.
            close(turn, call, call.base.group);
        }
    }

    /// Opens what may come before the answer, by policy. The passage hears of it likewise.
    void early(Turn turn, Passage passage, GroupId group, Assured offer) {
        if (active && UnseenDesk.opensEarly(turn, passage)) {
            var call = passage.call.orElseThrow();
            var life = turn.config().pinholes().earlyLifetime();
            var outcome = table.early(group, PinholeWish.party(call, passage.from, offer));
            opening(turn, passage, call, group, outcome);
            // It is not renewed: it ends here, just before it does in the kernel.
            refreshIn(turn, group, life.multipliedBy(15).dividedBy(16));
        } else {
            desks.passages().rulesApplied(turn, passage);
        }
    }

    /// What policy gives a user agent inside whose description nobody here reads (PIN-5).
    void blindly(Turn turn, Passage passage, PinholeWish.Blind wish) {
        if (active && !wish.call().ended()) {
            var group = wish.session().group;
            var outcome = table.blindly(group, wish.proof(), wish.inside());
            opening(turn, passage, wish.call(), group, outcome);
        } else {
            desks.passages().rulesApplied(turn, passage);
        }
    }

    /// Opens beforehand what a new offer will need (PIN-22). The passage hears of it likewise.
    void anticipate(Turn turn, Passage passage, PinholeWish wish) {
        if (active && !wish.call().ended()) {
            var outcome = table.anticipate(wish.group(), wish.offering(), wish.answering());
            enabling(turn, passage, wish, outcome);
        } else {
            desks.passages().rulesApplied(turn, passage);
        }
    }

    /// More candidates of a pair that is known (RFC 8840). The passage hears of it likewise.
    void grow(Turn turn, Passage passage, PinholeWish wish) {
        if (active && !wish.call().ended()) {
            var outcome = table.grow(wish.group(), wish.offering(), wish.answering());
            enabling(turn, passage, wish, outcome);
        } else {
            desks.passages().rulesApplied(turn, passage);
        }
    }

    /// What a fragment would have added is not wanted after all.
    void shrink(Turn turn, PinholeWish wish) {
        var outcome = table.grow(wish.group(), wish.offering(), wish.answering());
        upkeep(turn, wish.call(), wish.group(), outcome);
    }

    private void enabling(Turn turn, Passage passage, PinholeWish wish, PinholeOutcome outcome) {
        opening(turn, passage, wish.call(), wish.group(), outcome);
    }

    private void opening(
            Turn turn, Passage passage, Call call, GroupId group, PinholeOutcome outcome) {
        switch (capped(call, group, outcome)) {
            case PinholeOutcome.Refused(var reason, var detail) -> {
                rules.refused();
                desks.passages().rulesRefused(turn, passage, reason, detail);
            }
            case PinholeOutcome.Granted granted -> {
                byGroup.put(group.value(), call);
                story.skipped(turn, call, granted.skipped());
                granted.refreshIn().ifPresent(in -> refreshIn(turn, group, in));
                if (granted.change().isEmpty()) {
                    desks.passages().rulesApplied(turn, passage);
                } else {
                    apply(turn, new PinholeJob.Enabling(granted.change().get(), call, passage));
                }
            }
        }
    }

    /// A call has several groups while it forks; together they may hold what one may.
    private PinholeOutcome capped(Call call, GroupId group, PinholeOutcome outcome) {
        if (outcome instanceof PinholeOutcome.Granted granted && granted.change().isPresent()) {
            var all = new HashSet<Flow>();
            call.groups().forEach(g -> all.addAll(inForce(g)));
            all.addAll(inForce(group));
            if (all.size() > maxPerCall) {
                table.failed(granted.change().get().number());
                return new PinholeOutcome.Refused(
                        Reason.TOO_MANY_MEDIA, "more flows than a call may have");
            }
        }
        return outcome;
    }

    private List<Flow> inForce(GroupId group) {
        return table.state(group).map(PinholeState::inForce).orElse(List.of());
    }

    /// The session timer of the call allows a lifetime of that much (PIN-7).
    void limit(GroupId group, Optional<Duration> most) {
        table.limit(group, most);
    }

    /// A pair is agreed: what only the one before it needed closes. In a dialog that is confirmed
    /// the lifetime of such a one holds from now on (PIN-7).
    void agreed(Turn turn, Call call, GroupId group) {
        upkeep(turn, call, group, call.established() ? table.confirm(group) : table.commit(group));
        if (active && call.established() && fresh.remove(group)) {
            var in = turn.config().pinholes().media().unknowns().noMediaAfter();
            turn.arm(Deadline.Kind.MEDIA_CHECK, GROUP + group.value(), in);
        }
    }

    /// Media should have come by now (PIN 6.4): the kernel's counters say whether it has.
    void check(Turn turn, String owner) {
        var group = new GroupId(Long.parseLong(owner.substring(GROUP.length())));
        var call = byGroup.get(group.value());
        if (call != null && !call.ended()) {
            table.count(group).ifPresent(c -> apply(turn, new PinholeJob.Counting(c, call)));
        }
    }

    void rollback(Turn turn, Call call, GroupId group) {
        upkeep(turn, call, group, table.rollback(group));
    }

    /// Half the lifetime of a group has gone.
    void refresh(Turn turn, String owner) {
        var group = new GroupId(Long.parseLong(owner.substring(GROUP.length())));
        var call = byGroup.get(group.value());
        if (call != null && group.equals(call.base.group)) {
            close(turn, call, group);
        } else if (call != null && !call.silent(turn.now())) {
            upkeep(turn, call, group, table.refresh(group));
        }
    }

    private void upkeep(Turn turn, Call call, GroupId group, PinholeOutcome outcome) {
        if (active && outcome instanceof PinholeOutcome.Granted granted) {
            granted.change().ifPresent(c -> apply(turn, new PinholeJob.Upkeep(c, call)));
            granted.refreshIn().ifPresent(in -> refreshIn(turn, group, in));
        }
    }

    private static void refreshIn(Turn turn, GroupId group, Duration in) {
        turn.arm(Deadline.Kind.PINHOLE_REFRESH, GROUP + group.value(), in);
    }

    /// Removes everything of one group (GLC 0).
    void close(Turn turn, Call call, GroupId group) {
        turn.disarm(Deadline.Kind.PINHOLE_REFRESH, GROUP + group.value());
        turn.disarm(Deadline.Kind.MEDIA_CHECK, GROUP + group.value());
        byGroup.remove(group.value());
        fresh.remove(group);
        if (active && table.close(group) instanceof PinholeOutcome.Granted granted) {
            granted.change()
                    .ifPresent(
                            change -> {
                                call.removals.add(change.number());
                                apply(turn, new PinholeJob.Removing(change, call, 1));
                            });
        }
    }

    private void apply(Turn turn, PinholeJob job) {
        var number = job.change().number();
        jobs.put(number, job);
        turn.emit(new Effect.ApplyRuleSet(desks.nat().with(job.change(), job.call(), turn.now())));
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
            var job = jobs.get(number);
            failed(turn, number, Reason.FIREWALL_FAILED);
            if (job instanceof PinholeJob.Enabling(var change, var call, _) && !call.ended()) {
                upkeep(turn, call, change.group(), table.mend(change.group()));
            }
        }
    }

    void applied(Turn turn, long number, List<FlowCounter> closed) {
        table.applied(number);
        turn.disarm(Deadline.Kind.WORK, owner(number));
        var done = jobs.remove(number);
        if (done != null) {
            var call = done.call();
            rules.applied(turn.now(), done.change(), call.peer, desks.nat().translated(call));
        }
        switch (done) {
            case null -> desks.reporter().count("pinhole.late-answer");
            case PinholeJob.Enabling job -> {
                if (story.opened(turn, job.call(), job.change())) {
                    fresh.add(job.change().group());
                }
                closed.forEach(c -> story.closed(turn, job.call(), c));
                desks.passages().rulesApplied(turn, job.passage());
            }
            case PinholeJob.Upkeep job -> {
                story.opened(turn, job.call(), job.change());
                story.refreshed(turn, job.call(), job.change());
                closed.forEach(c -> story.closed(turn, job.call(), c));
            }
            case PinholeJob.Counting job -> story.counted(turn, job.call(), closed, inside);
            case PinholeJob.Removing job -> {
                closed.forEach(c -> story.closed(turn, job.call(), c));
                removed(turn, job.call(), number);
            }
        }
    }

    void failed(Turn turn, long number, Reason reason) {
        table.failed(number);
        turn.disarm(Deadline.Kind.WORK, owner(number));
        switch (jobs.remove(number)) {
            case null -> desks.reporter().count("pinhole.late-answer");
            case PinholeJob.Enabling job -> {
                rules.refused();
                story.failed(turn, job.call(), reason);
                desks.passages().rulesRefused(turn, job.passage(), reason, "");
            }
            case PinholeJob.Upkeep job -> {
                story.failed(turn, job.call(), reason);
                desks.calls().ending(turn, job.call(), reason);
            }
            case PinholeJob.Counting _ -> desks.reporter().count("pinhole.not-counted");
            case PinholeJob.Removing job -> {
                if (job.tries() < REMOVAL_TRIES) {
                    var rest = stillUnwanted(job.change());
                    apply(turn, new PinholeJob.Removing(rest, job.call(), job.tries() + 1));
                } else {
                    // The kernel's timeout closes them; nobody extends it any more.
                    story.failed(turn, job.call(), reason);
                    removed(turn, job.call(), number);
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

    private void removed(Turn turn, Call call, long number) {
        call.removals.remove(number);
        if (call.removals.isEmpty()) {
            desks.calls().rulesGone(turn, call);
        }
    }

    /// The firewall lost rules that nobody here removed (ARE): reported, and the rest of the group
    /// closed, since half a session is none.
    void vanished(Turn turn, List<Flow> flows) {
        for (var group : table.groupsHolding(flows)) {
            var call = byGroup.get(group.value());
            var ended = rules.lost(turn.now(), group.value(), Set.copyOf(flows));
            if (call != null) {
                story.vanished(turn, call, flows.size(), ended);
                desks.calls().ending(turn, call, Reason.LIFETIME_ENDED);
            }
        }
    }
}
