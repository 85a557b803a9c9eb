package org.surehop.core.pinhole.middlebox;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.surehop.core.config.Midcom;
import org.surehop.core.pinhole.Holdings;
import org.surehop.core.pinhole.middlebox.Rule.Action;

/// What each configuration transaction would make of the rules: the tables of RFC 5189 as
/// functions. It changes nothing itself; [Middlebox] does when the firewall has done its part.
final class Planner {
    private final Rulebook book;
    private final Examiner examiner;
    private final AddressStock stock;
    private final Holdings holdings;
    private final Caps caps;

    /// The longest lifetime, and how many flows may be open in all and of one inside address,
    /// for whomever.
    record Caps(Duration maxLifetime, int maxFlows, int maxFlowsOfUser) {}

    Planner(Rulebook book, Examiner examiner, AddressStock stock, Holdings holdings, Caps caps) {
        this.book = book;
        this.examiner = examiner;
        this.stock = stock;
        this.holdings = holdings;
        this.caps = caps;
    }

    /// What comes of a request.
    sealed interface Plan {
        /// Nothing but an answer.
        record Refused(Answer.Failed answer) implements Plan {}

        /// `before` make place for `after`; then `answer`, and the others are told `told`.
        record Change(
                List<Rule> before,
                List<Rule> after,
                Duration lifetime,
                Answer answer,
                List<Notification> told)
                implements Plan {}
    }

    /// MID-3: more than nothing, at most what was asked and what there is.
    Duration granted(Duration asked) {
        return asked.compareTo(caps.maxLifetime()) < 0 ? asked : caps.maxLifetime();
    }

    Plan reserve(Midcom.Agent agent, AgentRequest.Reserve ask, Instant now) {
        var unfit = examiner.examine(ask.wanted(), agent);
        if (unfit.isPresent()) {
            return refused(unfit.get().failure(), unfit.get().detail());
        }
        var hindrance = hindrance(agent, ask.group(), ask.lifetime(), true);
        if (hindrance.isPresent()) {
            return hindrance.get();
        }
        var id = book.freshRule();
        return switch (stock.reserve(id, ask.wanted())) {
            case AddressStock.Outcome.Lacking(var failure) -> refused(failure, "");
            case AddressStock.Outcome.Kept(var inside, var outside) -> {
                var lifetime = granted(ask.lifetime());
                var group = group(ask.group());
                var action = new Action.Keep(ask.wanted());
                var rule = new Rule(id, group, agent.name(), action, now.plus(lifetime));
                yield new Plan.Change(
                        List.of(),
                        List.of(rule),
                        lifetime,
                        new Answer.Reserved(rule, inside, outside, lifetime),
                        List.of(new Notification.RuleEvent(id, lifetime)));
            }
        };
    }

    Plan enable(Midcom.Agent agent, AgentRequest.Enable ask, Instant now) {
        var reserved = book.rule(ask.reserved());
        var mismatch = reserved(agent, ask, reserved);
        if (mismatch.isPresent()) {
            return mismatch.get();
        }
        switch (examiner.examine(ask.terms(), agent)) {
            case Examiner.Finding.Unfit(var failure, var detail) -> {
                return refused(failure, detail);
            }
            case Examiner.Finding.Fit(var flows) -> {
                var hindrance =
                        hindrance(agent, ask.group(), ask.lifetime(), reserved.isEmpty())
                                .or(() -> room(flows));
                if (hindrance.isPresent()) {
                    return hindrance.get();
                }
                var lifetime = granted(ask.lifetime());
                var rule =
                        new Rule(
                                reserved.map(Rule::id).orElseGet(book::freshRule),
                                reserved.map(Rule::group).orElseGet(() -> group(ask.group())),
                                reserved.map(Rule::owner).orElse(agent.name()),
                                new Action.Open(ask.terms(), flows),
                                now.plus(lifetime));
                return new Plan.Change(
                        reserved.stream().toList(),
                        List.of(rule),
                        lifetime,
                        new Answer.Enabled(rule, lifetime),
                        List.of(new Notification.RuleEvent(rule.id(), lifetime)));
            }
        }
    }

    Plan change(Midcom.Agent agent, AgentRequest.ChangeRule ask, Instant now) {
        var rule = book.rule(ask.rule());
        if (rule.isEmpty()) {
            return refused(Failure.NO_SUCH_RULE, "");
        }
        if (!Rulebook.access(agent, rule.get())) {
            return refused(Failure.NOT_AUTHORIZED_FOR_RULE, "");
        }
        return changed(
                List.of(rule.get()),
                ask.lifetime(),
                now,
                l -> new Notification.RuleEvent(ask.rule(), l),
                agent);
    }

    Plan change(Midcom.Agent agent, AgentRequest.ChangeGroup ask, Instant now) {
        var members = book.members(ask.group());
        if (members.isEmpty()) {
            return refused(Failure.NO_SUCH_GROUP, "");
        }
        if (!Rulebook.access(agent, members.getFirst())) {
            return refused(Failure.NOT_AUTHORIZED_FOR_GROUP, "");
        }
        return changed(
                members,
                ask.lifetime(),
                now,
                l ->
                        new Notification.GroupEvent(
                                ask.group(), members.stream().map(Rule::id).toList(), l),
                agent);
    }

    private Plan changed(
            List<Rule> rules,
            Duration asked,
            Instant now,
            java.util.function.Function<Duration, Notification> told,
            Midcom.Agent agent) {
        if (asked.isZero() || asked.isNegative()) {
            return new Plan.Change(
                    rules,
                    List.of(),
                    Duration.ZERO,
                    new Answer.Granted(Duration.ZERO),
                    List.of(told.apply(Duration.ZERO)));
        }
        if (!agent.administrator() && !rules.stream().allMatch(r -> examiner.covers(agent, r))) {
            return refused(Failure.LIFETIME_NOT_EXTENDED, "the agent may open that no more");
        }
        var lifetime = granted(asked);
        var after = new ArrayList<Rule>();
        rules.forEach(r -> after.add(r.until(now.plus(lifetime))));
        return new Plan.Change(
                rules,
                after,
                lifetime,
                new Answer.Granted(lifetime),
                List.of(told.apply(lifetime)));
    }

    /// A reserve rule that is named must be there, be the agent's, and fit (MID-2).
    private static Optional<Plan> reserved(
            Midcom.Agent agent, AgentRequest.Enable ask, Optional<Rule> named) {
        if (ask.reserved() == 0) {
            return Optional.empty();
        }
        if (named.isEmpty()) {
            return Optional.of(refused(Failure.NO_SUCH_RESERVE_RULE, ""));
        }
        if (!(named.get().action() instanceof Action.Keep(var wanted))) {
            return Optional.of(refused(Failure.NOT_RESERVED, ""));
        }
        if (!Rulebook.access(agent, named.get())) {
            return Optional.of(refused(Failure.NOT_AUTHORIZED_TO_REPLACE, ""));
        }
        var terms = ask.terms();
        if (wanted.protocol() != terms.protocol() || wanted.range() != terms.range()) {
            return Optional.of(
                    refused(Failure.PARAMETER_NOT_SUPPORTED, "not the reserved ports, protocol"));
        }
        var same = wanted.internal().map(terms.internal()::equals).orElse(true);
        return same ? Optional.empty() : Optional.of(refused(Failure.RESERVED_MISMATCH, ""));
    }

    private Optional<Plan> hindrance(
            Midcom.Agent agent, long group, Duration lifetime, boolean more) {
        if (lifetime.isZero() || lifetime.isNegative()) {
            return Optional.of(refused(Failure.NO_LIFETIME, "lifetime: above 0"));
        }
        var members = book.members(group);
        if (group != 0 && members.isEmpty()) {
            return Optional.of(refused(Failure.NO_SUCH_GROUP, ""));
        }
        if (!members.isEmpty() && !members.getFirst().owner().equals(agent.name())) {
            return Optional.of(refused(Failure.NOT_AUTHORIZED_TO_ADD, ""));
        }
        return more && book.count(agent.name()) >= agent.maxRules()
                ? Optional.of(refused(Failure.LACK_OF_RESOURCES, "the agent has too many rules"))
                : Optional.empty();
    }

    private Optional<Plan> room(List<org.surehop.core.sdp.Flow> flows) {
        var more = flows.stream().distinct().filter(f -> !holdings.holds(f)).toList();
        if (!more.isEmpty() && holdings.size() + more.size() > caps.maxFlows()) {
            return Optional.of(refused(Failure.LACK_OF_RESOURCES, "no more flows in all"));
        }
        return !more.isEmpty() && holdings.mostOfOneUser(more) > caps.maxFlowsOfUser()
                ? Optional.of(refused(Failure.LACK_OF_RESOURCES, "no more flows of that user"))
                : Optional.empty();
    }

    private long group(long asked) {
        return asked == 0 ? book.freshGroup() : asked;
    }

    private static Plan refused(Failure failure, String detail) {
        return new Plan.Refused(new Answer.Failed(failure, detail));
    }
}
