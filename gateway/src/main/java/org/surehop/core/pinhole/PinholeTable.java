package org.surehop.core.pinhole;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.surehop.core.config.Pinholes;
import org.surehop.core.disclosure.Assured;
import org.surehop.core.disclosure.Unread;
import org.surehop.core.pinhole.PinholeOutcome.Granted;
import org.surehop.core.pinhole.PinholeOutcome.Refused;
import org.surehop.core.pinhole.PinholeState.Changing;
import org.surehop.core.pinhole.PinholeState.Enabled;
import org.surehop.core.pinhole.PinholeState.Phase;
import org.surehop.core.pinhole.PinholeState.Reserved;
import org.surehop.core.report.Reason;
import org.surehop.core.sdp.Flow;
import org.surehop.core.sdp.SkippedMedia;

/// All pinhole groups: the agent's side of RFC 5189 for a pure firewall (A0 = A2, A1 = A3). It is
/// the truth that the firewall follows. Owned by the loop; states are values, and a request that
/// is refused changes nothing (MID-2). Nothing opens without an `Assured`:
/// a [Party] holds one, and what it said is read from there.
///
/// A group's life: [#reserve] with the offer, [#enable] with the answer, [#commit] when the pair
/// is agreed, [#confirm] when the dialog is, [#refresh] at half of the lifetime, [#rollback] when
/// a re-offer fails, [#close] at the end. Each change carries all flows of its group: one which
/// succeeds mends what one before it left. Two groups may hold the same flow (MID-10): it closes
/// with the last of them.
public final class PinholeTable {
    private static final Granted NOTHING_TO_DO =
            new Granted(Optional.empty(), Optional.empty(), List.of());

    private static final Refused UNKNOWN = new Refused(Reason.RULE_CONFLICT, "no such group");
    private static final Refused TOO_MANY =
            new Refused(Reason.TOO_MANY_MEDIA, "more media or flows than a call may have");
    private static final Refused FULL =
            new Refused(Reason.LACK_OF_RESOURCES, "no more rules are allowed in all");

    private final Pinholes config;
    private final Screening screening;
    private final Map<GroupId, Entry> groups = new LinkedHashMap<>();
    private final Holdings holdings;
    /// Whose change that is, until the firewall has answered.
    private final Map<Long, GroupId> unanswered = new HashMap<>();
    /// The longest lifetimes that session timers allow.
    private final Map<GroupId, Duration> limits = new HashMap<>();
    private long lastNumber;

    /// A group's state; `before` is what it goes back to when change `pending` fails.
    /// `doubtful` may be open though it should not: a change for it was never answered.
    private record Entry(
            PinholeState state, long pending, @Nullable PinholeState before, Set<Flow> doubtful) {}

    /// @param own the gateway's own addresses: no pinhole may lead to them
    public PinholeTable(Pinholes config, Set<InetAddress> own) {
        this(config, own, Holdings.of(config));
    }

    /// `holdings` are shared with whoever else opens flows in the same firewall.
    public PinholeTable(Pinholes config, Set<InetAddress> own, Holdings holdings) {
        this.config = config;
        this.holdings = holdings;
        this.screening = new Screening(config, own);
    }

    /// Looks at an offer in a group that stands already; changes nothing.
    public Optional<Refused> examine(Party offerer) {
        return screening.refusalOf(offerer);
    }

    /// PRR: looks at the offer before it travels on. Nothing opens (MID-9).
    public PinholeOutcome reserve(GroupId group, Party offerer) {
        if (groups.containsKey(group)) {
            return new Refused(Reason.RULE_CONFLICT, "the group is in use");
        }
        var refusal = screening.refusalOf(offerer);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        if (holdings.size() >= config.maxRules()) {
            return FULL;
        }
        groups.put(group, new Entry(new Reserved(), 0, null, Set.of()));
        return NOTHING_TO_DO;
    }

    /// PER: opens what the pair needs, all or nothing (PIN-4). On a group that is open, flows that
    /// are no longer needed stay until [#confirm] or [#rollback]. Parties on one side need nothing.
    public PinholeOutcome enable(GroupId group, Phase phase, Party offerer, Party answerer) {
        return switch (screening.plan(offerer, answerer)) {
            case Screening.Refused(var refusal) -> refusal;
            case Screening.Planned(var flows, var skipped) -> open(group, phase, flows, skipped);
        };
    }

    /// Lets anyone send to the party inside that has offered, for as long as nobody has answered
    /// (PIN-25).
    public PinholeOutcome early(GroupId group, Party offerer) {
        return open(group, screening.early(offerer));
    }

    /// Lets anyone send to the configured range of ports of that user agent inside, whose
    /// description was let pass unread (PIN-5).
    public PinholeOutcome blindly(GroupId group, Unread proof, Set<InetAddress> inside) {
        Objects.requireNonNull(proof);
        return open(group, screening.blind(inside));
    }

    private PinholeOutcome open(GroupId group, Screening.Verdict verdict) {
        return switch (verdict) {
            case Screening.Refused(var refusal) -> refusal;
            case Screening.Planned(var flows, _) when flows.isEmpty() -> NOTHING_TO_DO;
            case Screening.Planned(var flows, _) -> open(group, Phase.EARLY, flows, List.of());
        };
    }

    /// Asks for the counters of what is open for that group.
    public Optional<RuleSetChange> count(GroupId group) {
        return state(group)
                .map(PinholeState::inForce)
                .filter(flows -> !flows.isEmpty())
                .map(flows -> RuleSetChange.counting(++lastNumber, group, flows));
    }

    /// Opens beforehand what a new offer will need if the other party stays where it is: who has
    /// offered a new address must be able to receive there at once (PIN-22, RFC 3264 §8). Nothing
    /// opens when the two do not fit each other yet; that is for the answer to say.
    public PinholeOutcome anticipate(GroupId group, Party offerer, Party other) {
        var open = state(group).map(PinholeState::inForce).orElse(List.of());
        return switch (screening.plan(offerer, other)) {
            case Screening.Refused _ -> NOTHING_TO_DO;
            case Screening.Planned(var flows, _) when open.containsAll(flows) -> NOTHING_TO_DO;
            case Screening.Planned(var flows, _) -> open(group, Phase.EARLY, flows, List.of());
        };
    }

    /// A fragment of trickle ICE has added candidates to a pair in force, or ended them: then what
    /// was open to anyone closes. A change under way keeps what it has (RFC 8840).
    public PinholeOutcome grow(GroupId group, Party offerer, Party answerer) {
        return switch (screening.plan(offerer, answerer)) {
            case Screening.Refused(var refusal) -> refusal;
            case Screening.Planned(var flows, var skipped) ->
                    switch (state(group).orElse(null)) {
                        case null -> NOTHING_TO_DO;
                        case Reserved _ -> NOTHING_TO_DO;
                        case Enabled(var phase, _) ->
                                open(group, new Enabled(phase, flows), skipped);
                        case Changing under -> open(group, under.with(flows), skipped);
                    };
        };
    }

    /// Whether a description says itself that it is the one before it (RFC 3264 §8): then nothing
    /// changes, whatever else stands in it (PIN-22).
    public boolean unchanged(Assured before, Assured now) {
        return screening.unchanged(before, now);
    }

    /// The lifetime of a confirmed dialog is this at most, if its session timer says so (PIN-7).
    public void limit(GroupId group, Optional<Duration> most) {
        limits.remove(group);
        most.filter(_ -> groups.containsKey(group)).ifPresent(m -> limits.put(group, m));
    }

    /// The pair is agreed while the dialog is still early: flows of the pair before it close.
    public PinholeOutcome commit(GroupId group) {
        return switch (state(group).orElse(null)) {
            case null -> UNKNOWN;
            case Reserved _, Enabled _ -> NOTHING_TO_DO;
            case Changing(var phase, _, var next) -> granted(group, new Enabled(phase, next));
        };
    }

    /// The pair is agreed for good: the lifetime of a confirmed dialog holds, and flows of the pair
    /// before it close.
    public PinholeOutcome confirm(GroupId group) {
        return switch (state(group).orElse(null)) {
            case null -> UNKNOWN;
            case Reserved _ -> NOTHING_TO_DO;
            case Enabled(_, var agreed) -> granted(group, new Enabled(Phase.CONFIRMED, agreed));
            case Changing(_, _, var next) -> granted(group, new Enabled(Phase.CONFIRMED, next));
        };
    }

    /// The re-offer failed: back to the last agreed pair (PIN-23, RFC 6141). Before there is one,
    /// nothing changes.
    public PinholeOutcome rollback(GroupId group) {
        return switch (state(group).orElse(null)) {
            case null -> UNKNOWN;
            case Changing(var phase, var agreed, _) -> granted(group, new Enabled(phase, agreed));
            case Reserved _, Enabled _ -> NOTHING_TO_DO;
        };
    }

    /// Takes back what a change may have done that the firewall did not answer.
    public PinholeOutcome mend(GroupId group) {
        return switch (state(group).orElse(null)) {
            case null -> UNKNOWN;
            case PinholeState _ when doubtful(group).isEmpty() -> NOTHING_TO_DO;
            case PinholeState state -> granted(group, state);
        };
    }

    /// GLC: a new lifetime for everything in force.
    public PinholeOutcome refresh(GroupId group) {
        return switch (state(group).orElse(null)) {
            case null -> UNKNOWN;
            case PinholeState state -> granted(group, state);
        };
    }

    /// GLC with lifetime 0: everything of the group closes, and the group is no more (MID-3); a
    /// later request on it is refused as one on an unknown group.
    public PinholeOutcome close(GroupId group) {
        var entry = groups.get(group);
        if (entry == null) {
            return UNKNOWN;
        }
        var gone = new LinkedHashSet<>(entry.state().inForce());
        gone.addAll(entry.doubtful());
        groups.remove(group);
        limits.remove(group);
        holdings.swap(entry.state().inForce(), List.of());
        gone.removeIf(holdings::holds);
        var change = change(group, List.of(), Duration.ZERO, gone);
        return new Granted(change, Optional.empty(), List.of());
    }

    /// The firewall has done the change.
    public void applied(long number) {
        var group = unanswered.remove(number);
        var entry = group == null ? null : groups.get(group);
        if (group != null && entry != null && entry.pending() == number) {
            // What was doubtful before this change was removed by it.
            groups.put(group, new Entry(entry.state(), 0, null, Set.of()));
        }
    }

    /// The firewall refused the change whole: its group is as before it. A change that a later one
    /// of the same group overtook is no longer of interest.
    public void failed(long number) {
        undo(number, false);
    }

    /// The firewall did not answer: its group is as before the change, but what the change would
    /// have opened may be open, and closes with the next change of its group.
    public void unanswered(long number) {
        undo(number, true);
    }

    private void undo(long number, boolean doubtful) {
        var group = unanswered.remove(number);
        var entry = group == null ? null : groups.get(group);
        if (group != null && entry != null && entry.pending() == number) {
            restore(group, entry, doubtful);
        }
    }

    /// Flows that the firewall lost (ARE): the groups that hold them.
    public Set<GroupId> groupsHolding(List<Flow> flows) {
        var found = new LinkedHashSet<GroupId>();
        groups.forEach(
                (id, entry) -> {
                    if (entry.state().inForce().stream().anyMatch(flows::contains)) {
                        found.add(id);
                    }
                });
        return found;
    }

    /// The state of a group; empty means unused.
    public Optional<PinholeState> state(GroupId group) {
        return Optional.ofNullable(groups.get(group)).map(Entry::state);
    }

    /// Every flow that should be open now: what the firewall is compared with.
    public Set<Flow> inForce() {
        return holdings.all();
    }

    /// How many flows should be open now.
    public int size() {
        return holdings.size();
    }

    private PinholeOutcome open(
            GroupId group, Phase phase, List<Flow> wanted, List<SkippedMedia> skipped) {
        var next =
                switch (state(group).orElse(null)) {
                    case null -> new Enabled(phase, wanted);
                    case Reserved _ -> new Enabled(phase, wanted);
                    case Enabled(var before, var agreed) -> changing(before, phase, agreed, wanted);
                    case Changing(var before, var agreed, _) ->
                            changing(before, phase, agreed, wanted);
                };
        return open(group, next, skipped);
    }

    private PinholeOutcome open(GroupId group, PinholeState next, List<SkippedMedia> skipped) {
        if (next.inForce().size() > config.maxRulesPerCall()) {
            return TOO_MANY;
        }
        var total = new HashSet<>(next.inForce());
        total.removeIf(holdings::holds);
        if (!total.isEmpty() && holdings.size() + total.size() > config.maxRules()) {
            return FULL;
        }
        if (!total.isEmpty() && holdings.mostOfOneUser(total) > config.media().maxRulesPerUser()) {
            return new Refused(Reason.LACK_OF_RESOURCES, "no more rules are allowed for this user");
        }
        var granted = granted(group, next);
        return new Granted(granted.change(), granted.refreshIn(), skipped);
    }

    /// An early dialog stays early only while nobody said otherwise.
    private static PinholeState changing(
            Phase before, Phase asked, List<Flow> agreed, List<Flow> wanted) {
        var phase = before == Phase.CONFIRMED ? before : asked;
        return Set.copyOf(agreed).equals(Set.copyOf(wanted))
                ? new Enabled(phase, agreed)
                : new Changing(phase, agreed, wanted);
    }

    private Granted granted(GroupId group, PinholeState next) {
        var before = state(group).orElse(null);
        var open = next.inForce();
        var gone = new LinkedHashSet<>(before == null ? List.of() : before.inForce());
        holdings.swap(List.copyOf(gone), open);
        gone.addAll(doubtful(group));
        gone.removeIf(holdings::holds);
        var change = change(group, open, lifetime(group, next), gone);
        long number = change.map(RuleSetChange::number).orElse(0L);
        // Until the firewall has answered, what this change removes may still be open.
        groups.put(group, new Entry(next, number, before, Set.copyOf(gone)));
        change.ifPresent(c -> unanswered.put(c.number(), group));
        return new Granted(
                change,
                open.isEmpty() ? Optional.empty() : Optional.of(lifetime(group, next).dividedBy(2)),
                List.of());
    }

    /// PIN-7. A flow that another group holds too keeps the longer of the lifetimes.
    private Duration lifetime(GroupId group, PinholeState state) {
        boolean early =
                switch (state) {
                    case Reserved _ -> true;
                    case Enabled(var phase, _) -> phase == Phase.EARLY;
                    case Changing(var phase, _, _) -> phase == Phase.EARLY;
                };
        boolean shared = state.inForce().stream().anyMatch(holdings::isShared);
        var longest =
                config.earlyLifetime().compareTo(config.lifetime()) > 0
                        ? config.earlyLifetime()
                        : config.lifetime();
        var most = limits.getOrDefault(group, config.lifetime());
        var confirmed = most.compareTo(config.lifetime()) < 0 ? most : config.lifetime();
        return shared ? longest : early ? config.earlyLifetime() : confirmed;
    }

    private Set<Flow> doubtful(GroupId group) {
        var entry = groups.get(group);
        return entry == null ? Set.of() : entry.doubtful();
    }

    private void restore(GroupId group, Entry entry, boolean doubtful) {
        var before = entry.before();
        var open = entry.state().inForce();
        holdings.swap(open, before == null ? List.of() : before.inForce());
        var doubts = new LinkedHashSet<>(entry.doubtful());
        if (doubtful) {
            doubts.addAll(open);
        }
        if (before != null) {
            groups.put(group, new Entry(before, 0, null, doubts));
        } else if (doubts.isEmpty()) {
            groups.remove(group);
        } else {
            groups.put(group, new Entry(new Reserved(), 0, null, doubts));
        }
    }

    private Optional<RuleSetChange> change(
            GroupId group, List<Flow> open, Duration lifetime, Set<Flow> gone) {
        return open.isEmpty() && gone.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new RuleSetChange(
                                ++lastNumber, group, open, lifetime, new ArrayList<>(gone)));
    }
}
