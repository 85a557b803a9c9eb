package org.surehop.core.pinhole.middlebox;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.surehop.core.config.Midcom;
import org.surehop.core.pinhole.middlebox.Answer.Owned;

/// The rules that there are, and the groups that they make: a group is there while it has a member
/// (MID-5). Owned by the loop.
final class Rulebook {
    /// SIMCO has 32 bits for an identifier.
    private static final long MOST = 0xFFFF_FFFFL;

    private final Map<Long, Rule> rules = new LinkedHashMap<>();
    private long lastRule;
    private long lastGroup;

    Optional<Rule> rule(long id) {
        return Optional.ofNullable(rules.get(id));
    }

    Collection<Rule> all() {
        return List.copyOf(rules.values());
    }

    int size() {
        return rules.size();
    }

    List<Rule> members(long group) {
        return rules.values().stream().filter(r -> r.group() == group).toList();
    }

    long count(String owner) {
        return rules.values().stream().filter(r -> r.owner().equals(owner)).count();
    }

    void remove(Rule rule) {
        rules.remove(rule.id());
    }

    /// Takes the place of the rule with its number.
    void put(Rule rule) {
        rules.put(rule.id(), rule);
    }

    long freshRule() {
        do {
            lastRule = lastRule >= MOST ? 1 : lastRule + 1;
        } while (rules.containsKey(lastRule));
        return lastRule;
    }

    long freshGroup() {
        do {
            lastGroup = lastGroup >= MOST ? 1 : lastGroup + 1;
        } while (!members(lastGroup).isEmpty());
        return lastGroup;
    }

    static boolean access(Midcom.Agent agent, Rule rule) {
        return agent.administrator() || rule.owner().equals(agent.name());
    }

    Answer.Rules list(Midcom.Agent agent) {
        return new Answer.Rules(
                rules.values().stream()
                        .filter(r -> access(agent, r))
                        .map(r -> new Owned(r.id(), r.owner()))
                        .toList());
    }

    Answer status(Midcom.Agent agent, long id, Instant now) {
        var rule = rules.get(id);
        if (rule == null) {
            return new Answer.Failed(Failure.NO_SUCH_RULE, "");
        }
        return access(agent, rule)
                ? new Answer.Status(rule, rule.remaining(now))
                : new Answer.Failed(Failure.NO_ACCESS_TO_RULE, "");
    }

    Answer.Groups groups(Midcom.Agent agent) {
        return new Answer.Groups(
                rules.values().stream()
                        .filter(r -> access(agent, r))
                        .map(r -> new Owned(r.group(), r.owner()))
                        .distinct()
                        .toList());
    }

    Answer group(Midcom.Agent agent, long id, Instant now) {
        var members = members(id);
        if (members.isEmpty()) {
            return new Answer.Failed(Failure.NO_SUCH_GROUP, "");
        }
        var first = members.getFirst();
        var longest =
                members.stream()
                        .map(r -> r.remaining(now))
                        .max(Comparator.naturalOrder())
                        .orElse(Duration.ZERO);
        var ids = members.stream().map(Rule::id).toList();
        return access(agent, first)
                ? new Answer.GroupState(first.owner(), longest, ids)
                : new Answer.Failed(Failure.NO_ACCESS_TO_GROUP, "");
    }
}
