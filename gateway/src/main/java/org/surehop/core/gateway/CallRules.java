package org.surehop.core.gateway;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.surehop.core.config.Pinholes;
import org.surehop.core.pinhole.OperStatus;
import org.surehop.core.pinhole.RuleSetChange;
import org.surehop.core.pinhole.Translation;
import org.surehop.core.pinhole.middlebox.Endpoint;
import org.surehop.core.pinhole.middlebox.PolicyRule;
import org.surehop.core.pinhole.middlebox.Tally;
import org.surehop.core.sdp.Flow;

/// The policy rules of calls as managers see them (RFC 5190): one for each flow that the firewall
/// has said is open. The neighbour that the call came from owns them; a group is that of a dialog.
/// Reservations of calls are no rules: a pure firewall sets nothing aside (MID-9).
final class CallRules {
    /// The most octets of an owner's name.
    private static final int MOST_OWNER = 32;
    private static final long MOST = 0xFFFF_FFFFL;
    /// Within that time the firewall says itself that they are gone.
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final Pinholes config;
    private final Map<Long, Group> groups = new LinkedHashMap<>();
    private Tally tally = Tally.NOTHING;
    private Optional<List<PolicyRule>> told = Optional.of(List.of());

    /// A flow keeps its number while it is open; `last` was given out last.
    private record Group(String owner, long last, Map<Flow, PolicyRule> rules) {}

    /// Rules of one group that ended without anybody here having wanted it.
    record Ended(String owner, long group, List<Long> rules, OperStatus how) {}

    CallRules(Pinholes config) {
        this.config = config;
    }

    /// The firewall has done that change for a call from that peer.
    void applied(Instant now, RuleSetChange change, String peer, List<Translation> translated) {
        var number = change.group().value();
        var known = groups.get(number);
        if (known == null && change.enable().isEmpty()) {
            return;
        }
        var group = known == null ? new Group(owner(peer), 0, Map.of()) : known;
        var rules = new LinkedHashMap<Flow, PolicyRule>();
        var ends = now.plus(change.lifetime());
        var last = group.last();
        for (var flow : change.enable()) {
            var before = group.rules().get(flow);
            long index = before == null ? ++last : before.index();
            var terms = PolicyRule.terms(flow, inside(flow.destination()));
            rules.put(
                    flow,
                    new PolicyRule(
                            group.owner(),
                            Math.max(1, number & MOST),
                            index,
                            OperStatus.ENABLED,
                            terms,
                            outside(terms.internal(), translated),
                            ends));
        }
        var gone = new HashSet<>(group.rules().keySet());
        gone.removeAll(rules.keySet());
        tally = tally.plus(Tally.ended(OperStatus.TERMINATED_ON_REQUEST, gone.size()));
        keep(number, new Group(group.owner(), last, rules));
    }

    private void keep(long number, Group group) {
        if (group.rules().isEmpty()) {
            groups.remove(number);
        } else {
            groups.put(number, group);
        }
        told = Optional.empty();
    }

    private boolean inside(InetAddress address) {
        return config.insidePrefixes().stream().anyMatch(p -> p.contains(address));
    }

    private static Endpoint outside(Endpoint internal, List<Translation> translated) {
        return translated.stream()
                .filter(t -> t.inside().getPort() == internal.port())
                .filter(t -> t.inside().getAddress().equals(internal.address()))
                .map(t -> new Endpoint(t.outside().getAddress(), t.outside().getPort()))
                .findFirst()
                .orElse(internal);
    }

    private static String owner(String peer) {
        var name = "call:" + peer;
        return name.substring(0, Math.min(name.length(), MOST_OWNER));
    }

    /// A request for rules was refused.
    void refused() {
        tally = tally.plus(Tally.refused(false));
    }

    /// The firewall has lost those flows of a group: in time, or before it.
    List<Ended> lost(Instant now, long number, Set<Flow> flows) {
        var group = groups.get(number);
        if (group == null) {
            return List.of();
        }
        var left = new LinkedHashMap<>(group.rules());
        var late = new ArrayList<Long>();
        var early = new ArrayList<Long>();
        for (var flow : flows) {
            var rule = left.remove(flow);
            if (rule != null) {
                (rule.ends().isAfter(now) ? early : late).add(rule.index());
            }
        }
        keep(number, new Group(group.owner(), group.last(), left));
        var out = new ArrayList<Ended>();
        ended(group, number, late, OperStatus.TIMED_OUT).ifPresent(out::add);
        ended(group, number, early, OperStatus.TERMINATED).ifPresent(out::add);
        return out;
    }

    private Optional<Ended> ended(Group group, long number, List<Long> rules, OperStatus how) {
        tally = tally.plus(Tally.ended(how, rules.size()));
        return rules.isEmpty()
                ? Optional.empty()
                : Optional.of(new Ended(group.owner(), Math.max(1, number & MOST), rules, how));
    }

    /// Nobody could close them: the kernel's timeouts have.
    private void sweep(Instant late) {
        var over = new LinkedHashMap<>(groups);
        over.values()
                .removeIf(g -> g.rules().values().stream().anyMatch(r -> r.ends().isAfter(late)));
        over.forEach((number, group) -> lost(late, number, Set.copyOf(group.rules().keySet())));
    }

    Tally tally() {
        return tally;
    }

    /// All of them; the same list as before when nothing has changed.
    List<PolicyRule> all(Instant now) {
        sweep(now.minus(GRACE));
        if (told.isEmpty()) {
            told =
                    Optional.of(
                            List.copyOf(
                                    groups.values().stream()
                                            .flatMap(g -> g.rules().values().stream())
                                            .toList()));
        }
        return told.get();
    }
}
