package org.surehop.adapter.pcp;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.surehop.core.config.Upstream;
import org.surehop.core.pinhole.RuleSetChange;
import org.surehop.core.report.Reason;
import org.surehop.core.sdp.Flow;

/// The client of RFC 6887 without its socket: takes changes, replies and the time, says what to
/// send. Every flow to an inside address becomes a mapping upstream that names its senders; what
/// goes out is left to the box itself. A change is granted when the server has granted all of it,
/// and taken back whole when one part is refused. Not thread-safe.
final class PcpClient {
    /// RFC 6887 §15: a server may promise more, but nobody should believe more than a day.
    private static final Duration LONGEST = Duration.ofDays(1);

    private static final Duration ANNOUNCE_EVERY = Duration.ofSeconds(30);
    private static final Duration RECOVERY_APART = Duration.ofSeconds(10);
    private static final int RENEWALS_AT_ONCE = 50;
    private static final Duration REMOVAL_APART = Duration.ofSeconds(30);
    private static final int REMOVALS = 3;

    private final Settings settings;
    private final Outcomes outcomes;
    private final Supplier<Nonce> nonces;
    private final DoubleSupplier chance;
    private final Map<Mapping.Key, Mapping> mappings = new LinkedHashMap<>();
    private final Map<Nonce, Mapping> byNonce = new HashMap<>();
    private final Map<Long, Change> waiting = new LinkedHashMap<>();
    private final Holds holds = new Holds();
    private final Epoch epoch = new Epoch();
    private Instant announceAt = Instant.MIN;
    private Instant recoveryFrom = Instant.MIN;
    private int ignored;
    private String trouble = "";

    /// @param client our address on the way to the server
    /// @param patience how long a change may wait for the server
    /// @param mostMappings the most mappings at one time
    record Settings(Upstream box, InetAddress client, Duration patience, int mostMappings) {}

    PcpClient(Settings settings, Outcomes outcomes, Supplier<Nonce> nonces, DoubleSupplier chance) {
        this.settings = settings;
        this.outcomes = outcomes;
        this.nonces = nonces;
        this.chance = chance;
    }

    /// Begins a change; its outcome comes now or later, exactly once.
    void change(RuleSetChange asked, Instant now) {
        var wanted = covered(asked.enable());
        var refusal = refusal(wanted, now);
        if (refusal.isPresent()) {
            outcomes.failed(asked.number(), refusal.get());
            return;
        }
        var added = wanted.stream().filter(f -> !holds(f)).toList();
        var touched = new LinkedHashSet<Mapping>();
        for (var flow : wanted) {
            var mapping = mappings.computeIfAbsent(Mapping.Key.of(flow), this::fresh);
            mapping.want(flow, asked.lifetime(), now);
            touched.add(mapping);
        }
        var deadline = now.plus(settings.patience());
        var change = new Change(asked.number(), wanted, added, covered(asked.disable()), deadline);
        waiting.put(change.number(), change);
        touched.stream().filter(change::needs).forEach(m -> ask(m, now));
        settle(now);
    }

    private List<Flow> covered(List<Flow> flows) {
        return flows.stream().filter(f -> settings.box().covers(f.destination())).toList();
    }

    private boolean holds(Flow flow) {
        var mapping = mappings.get(Mapping.Key.of(flow));
        return mapping != null && mapping.flows().contains(flow);
    }

    /// Before anything is touched: what the server refused lately, and limits.
    private Optional<Reason> refusal(List<Flow> wanted, Instant now) {
        var senders = new HashMap<Mapping.Key, Set<Flow>>();
        int fresh = 0;
        for (var flow : wanted) {
            var key = Mapping.Key.of(flow);
            var mapping = mappings.get(key);
            var held = holds.reason(key, now);
            if (held.isPresent() && (mapping == null || !mapping.granted(flow))) {
                return held;
            }
            if (!senders.containsKey(key)) {
                fresh += mapping == null ? 1 : 0;
                senders.put(
                        key, new LinkedHashSet<>(mapping == null ? List.of() : mapping.flows()));
            }
            senders.get(key).add(flow);
        }
        boolean full =
                mappings.size() + fresh > settings.mostMappings()
                        || senders.values().stream()
                                .anyMatch(s -> s.size() > MapRequest.MOST_FILTERS);
        return full ? Optional.of(Reason.LACK_OF_RESOURCES) : Optional.empty();
    }

    private Mapping fresh(Mapping.Key key) {
        var mapping = new Mapping(key, nonces.get());
        byNonce.put(mapping.nonce, mapping);
        return mapping;
    }

    /// One message at a time for each mapping: its reply does not say which one it answers.
    private void ask(Mapping mapping, Instant now) {
        if (mapping.outstanding.isEmpty()) {
            send(mapping, mapping.request(settings.box().filter(), settings.client()), now);
        }
    }

    private void send(Mapping mapping, byte[] octets, Instant now) {
        var retry = Retry.first(now, chance);
        mapping.outstanding = Optional.of(new Mapping.Outstanding(octets, retry));
        outcomes.send(octets);
    }

    /// A datagram from the server's address. What fits nothing that was asked is only counted.
    void received(byte[] octets, Instant now) {
        var read = Reply.read(octets);
        if (read.isEmpty()) {
            ignored++;
            return;
        }
        var reply = read.get();
        if (reply.map().isEmpty()) {
            heard(reply, now);
            return;
        }
        var map = reply.map().get();
        var mapping = byNonce.get(map.nonce());
        if (mapping == null || !mapping.answers(map)) {
            ignored++;
            return;
        }
        heard(reply, now);
        about(mapping, reply, map, now);
        settle(now);
    }

    private void about(Mapping mapping, Reply reply, Reply.Map map, Instant now) {
        var code = ResultCode.of(reply.code());
        if (mapping.outstanding.isEmpty()) {
            unasked(mapping, code, map);
        } else if (mapping.leaving()) {
            removal(mapping, code, reply.lifetime(), now);
        } else if (code != ResultCode.SUCCESS) {
            refused(mapping, code, reply.lifetime(), now);
        } else if (!reply.lifetime().isZero()) {
            granted(mapping, map, reply.lifetime(), now);
        }
    }

    /// The server may be as new: then what it had is asked for again, not all at once, and not more
    /// often than every ten seconds, for ANNOUNCE carries no nonce.
    private void heard(Reply reply, Instant now) {
        if (epoch.lostBy(now, reply.epochSeconds()) && !now.isBefore(recoveryFrom)) {
            recoveryFrom = now.plus(RECOVERY_APART);
            holds.clear();
            mappings.values().stream()
                    .filter(m -> m.known() && !m.leaving())
                    .forEach(m -> m.renewAt = now);
        }
    }

    /// A second reply, or word that the server has changed the mapping (RFC 6887 §14.2).
    private void unasked(Mapping mapping, ResultCode code, Reply.Map map) {
        if (code == ResultCode.SUCCESS && !mapping.isAsAsked(map)) {
            forget(mapping);
            outcomes.vanished(mapping.flows());
        }
    }

    /// Another address or port than the description says is of no use: nobody can be told.
    private void granted(Mapping mapping, Reply.Map map, Duration lifetime, Instant now) {
        if (!mapping.isAsAsked(map)) {
            var open = mapping.known() ? mapping.flows() : List.<Flow>of();
            var hurt =
                    List.copyOf(waiting.values()).stream().filter(c -> c.needs(mapping)).toList();
            leave(mapping, now);
            trouble = "gives another address or port than asked for";
            hurt.forEach(c -> fail(c, Reason.UPSTREAM_CONFLICT, now));
            outcomes.vanished(open);
            return;
        }
        trouble = "";
        mapping.granted(
                lifetime.compareTo(LONGEST) > 0 ? LONGEST : lifetime, chance.getAsDouble(), now);
        if (mapping.changed()) {
            ask(mapping, now);
        }
    }

    /// A mapping that is known lives until its time is out; until then it is asked for again.
    private void refused(Mapping mapping, ResultCode code, Duration lifetime, Instant now) {
        trouble = "refuses with " + code;
        mapping.outstanding = Optional.empty();
        holds.refused(mapping.key, code, lifetime, now);
        var hurt = List.copyOf(waiting.values()).stream().filter(c -> c.needs(mapping)).toList();
        if (mapping.known()) {
            mapping.renewLater(now);
        } else {
            forget(mapping);
        }
        hurt.forEach(c -> fail(c, code.reason(), now));
    }

    private void removal(Mapping mapping, ResultCode code, Duration lifetime, Instant now) {
        if (code.passing() && mapping.removals < REMOVALS) {
            mapping.removals++;
            var wait = lifetime.compareTo(REMOVAL_APART) > 0 ? REMOVAL_APART : lifetime;
            var due = now.plus(wait.isZero() ? Duration.ofSeconds(1) : wait);
            mapping.outstanding = mapping.outstanding.map(o -> o.at(due));
        } else if (code != ResultCode.SUCCESS || lifetime.isZero()) {
            forget(mapping);
        }
    }

    /// Lifetime 0: best effort, sent again until the server says so or the mapping is out of time.
    private void leave(Mapping mapping, Instant now) {
        send(mapping, mapping.removal(settings.client(), now), now);
    }

    private void forget(Mapping mapping) {
        mappings.remove(mapping.key, mapping);
        byNonce.remove(mapping.nonce);
        mapping.outstanding = Optional.empty();
    }

    private void fail(Change change, Reason reason, Instant now) {
        if (waiting.remove(change.number()) != null) {
            remove(change.added(), now);
            outcomes.failed(change.number(), reason);
        }
    }

    private void remove(List<Flow> flows, Instant now) {
        var touched = new LinkedHashSet<Mapping>();
        for (var flow : flows) {
            var mapping = mappings.get(Mapping.Key.of(flow));
            if (mapping != null && mapping.drop(flow)) {
                touched.add(mapping);
            }
        }
        for (var mapping : touched) {
            if (mapping.flows().isEmpty()) {
                leave(mapping, now);
            } else if (mapping.changed()) {
                ask(mapping, now);
            }
        }
    }

    /// Changes that are granted in all their parts are done.
    private void settle(Instant now) {
        for (var change : List.copyOf(waiting.values())) {
            if (change.wanted().stream().allMatch(this::granted)) {
                waiting.remove(change.number());
                remove(change.gone(), now);
                outcomes.applied(change.number());
            }
        }
    }

    private boolean granted(Flow flow) {
        var mapping = mappings.get(Mapping.Key.of(flow));
        return mapping != null && mapping.granted(flow);
    }

    /// What is due: to be called ten times a second while [#busy].
    void tick(Instant now) {
        for (var change : List.copyOf(waiting.values())) {
            if (!change.deadline().isAfter(now)) {
                trouble = "does not answer";
                fail(change, Reason.UPSTREAM_UNREACHABLE, now);
            }
        }
        int renewals = 0;
        for (var mapping : List.copyOf(mappings.values())) {
            renewals += look(mapping, renewals < RENEWALS_AT_ONCE, now) ? 1 : 0;
        }
        if (!mappings.isEmpty() && !now.isBefore(announceAt)) {
            announceAt = now.plus(ANNOUNCE_EVERY);
            outcomes.send(MapRequest.announce(settings.client()));
        }
    }

    /// True when it was renewed.
    private boolean look(Mapping mapping, boolean mayRenew, Instant now) {
        if (!mapping.expires.isAfter(now)) {
            expired(mapping);
            return false;
        }
        // What the core has let end, the kernel has closed by itself.
        remove(mapping.ended(now), now);
        if (mapping.outstanding.isPresent()) {
            again(mapping, mapping.outstanding.get(), now);
            return false;
        }
        if (mayRenew && !mapping.renewAt.isAfter(now)) {
            mapping.renewLater(now);
            ask(mapping, now);
            return true;
        }
        return false;
    }

    private void expired(Mapping mapping) {
        forget(mapping);
        if (!mapping.leaving()) {
            trouble = "has not renewed a mapping";
            outcomes.vanished(mapping.flows());
        }
    }

    private void again(Mapping mapping, Mapping.Outstanding one, Instant now) {
        if (!one.retry().due().isAfter(now)) {
            mapping.outstanding =
                    Optional.of(
                            new Mapping.Outstanding(one.octets(), one.retry().next(now, chance)));
            outcomes.send(one.octets());
        }
    }

    /// Takes every mapping back: the end.
    void leaveAll(Instant now) {
        List.copyOf(waiting.values()).forEach(c -> fail(c, Reason.GATEWAY_STOPPING, now));
        List.copyOf(mappings.values()).stream()
                .filter(m -> !m.leaving())
                .forEach(m -> leave(m, now));
    }

    /// Whether anything is there that time could change.
    boolean busy() {
        return !mappings.isEmpty() || !waiting.isEmpty();
    }

    int size() {
        return mappings.size();
    }

    /// Replies that fitted nothing.
    int ignored() {
        return ignored;
    }

    /// What is wrong upstream, for people; empty when nothing is known to be.
    String trouble() {
        return trouble;
    }
}
