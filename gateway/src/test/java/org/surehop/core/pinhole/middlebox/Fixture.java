package org.surehop.core.pinhole.middlebox;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.surehop.core.config.Midcom;
import org.surehop.core.config.Pinholes;
import org.surehop.core.config.Prefix;
import org.surehop.core.pinhole.Holdings;
import org.surehop.core.pinhole.RuleSetChange;
import org.surehop.core.pinhole.middlebox.Terms.Direction;
import org.surehop.core.pinhole.middlebox.Terms.Protocol;
import org.surehop.core.sdp.Flow;

/// One middlebox with a firewall that does what it is told, or refuses when `broken`. Sessions 1
/// and 2 are agents a and b, 3 is the administrator, 4 may only look, 5 is a stranger, 6 proves no
/// name. All but the last two are open.
final class Fixture {
    static final Duration MINUTE = Duration.ofMinutes(1);
    static final long A = 1;
    static final long B = 2;
    static final long ADMINISTRATOR = 3;
    static final long LOOKER = 4;
    static final long STRANGER = 5;
    static final long NAMELESS = 6;

    final Holdings holdings = Holdings.of(pinholes(1));
    final Middlebox box;
    final Set<Flow> open = new HashSet<>();
    final List<MiddleboxAction> log = new ArrayList<>();
    Instant now = Instant.EPOCH;
    boolean broken;
    boolean held;
    private long lastTransaction;

    Fixture() {
        this(AddressStock.NONE, 100);
    }

    Fixture(AddressStock stock, int maxFlows) {
        var own = Set.of(InetAddress.ofLiteral("198.51.100.1"));
        box = new Middlebox(config(), pinholes(maxFlows), own, holdings, stock);
        box.connected(A, List.of("a.example"));
        box.connected(B, List.of("b.example"));
        box.connected(ADMINISTRATOR, List.of("admin.example"));
        box.connected(LOOKER, List.of("looker.example"));
        box.connected(STRANGER, List.of("stranger.example"));
        box.connected(NAMELESS, List.of());
        for (long session = A; session <= LOOKER; session++) {
            ask(session, new AgentRequest.Establish(3, 0));
        }
        log.clear();
    }

    private static Midcom config() {
        return new Midcom(
                "192.0.2.1",
                7626,
                4,
                List.of(
                        agent("a.example", "10.1.0.0/16", false),
                        agent("b.example", "10.2.0.0/16", false),
                        agent("admin.example", "10.0.0.0/8", true),
                        new Midcom.Agent("looker.example", List.of(), 1, false)),
                List.of());
    }

    private static Midcom.Agent agent(String name, String prefix, boolean administrator) {
        return new Midcom.Agent(name, List.of(Prefix.parse(prefix)), 5, administrator);
    }

    static Pinholes pinholes(int maxFlows) {
        return new Pinholes(
                Pinholes.Driver.MEMORY,
                "t",
                List.of(Prefix.parse("10.0.0.0/8")),
                Pinholes.MediaSource.PREFIXES,
                Duration.ofMinutes(3),
                Duration.ofMinutes(5),
                1024,
                List.of(5060),
                8,
                16,
                maxFlows);
    }

    /// The reply to that request, if it has one already.
    Optional<Answer> ask(long session, AgentRequest request) {
        var transaction = ++lastTransaction;
        var from = log.size();
        perform(box.request(now, session, transaction, request));
        return log.subList(from, log.size()).stream()
                .filter(
                        a ->
                                a instanceof MiddleboxAction.Reply r
                                        && r.session() == session
                                        && r.transaction() == transaction)
                .map(a -> ((MiddleboxAction.Reply) a).answer())
                .findFirst();
    }

    /// What became of that request: `ok` or the reason.
    Optional<Failure> refusal(long session, AgentRequest request) {
        return ask(session, request).orElseThrow() instanceof Answer.Failed(var failure, _)
                ? Optional.of(failure)
                : Optional.empty();
    }

    void perform(List<MiddleboxAction> actions) {
        for (var action : actions) {
            log.add(action);
            if (action instanceof MiddleboxAction.Apply(var change) && !held) {
                answer(change);
            }
        }
    }

    void answer(RuleSetChange change) {
        if (broken) {
            perform(box.failed(now, change.number(), false));
        } else {
            change.disable().forEach(open::remove);
            open.addAll(change.enable());
            perform(box.applied(now, change.number()));
        }
    }

    RuleSetChange lastChange() {
        return log.stream()
                .filter(MiddleboxAction.Apply.class::isInstance)
                .map(a -> ((MiddleboxAction.Apply) a).change())
                .reduce((_, last) -> last)
                .orElseThrow();
    }

    /// Time goes on, and rules that end are woken.
    void pass(Duration time) {
        now = now.plus(time);
        for (var rule : box.rules()) {
            if (!rule.ends().isAfter(now)) {
                perform(box.due(now, rule.id()));
            }
        }
    }

    /// What sessions were told, as `SESSION NOTIFICATION`, since the log was cleared.
    List<String> told() {
        return log.stream()
                .filter(MiddleboxAction.Notify.class::isInstance)
                .map(a -> (MiddleboxAction.Notify) a)
                .map(n -> n.session() + " " + n.notification())
                .toList();
    }

    long enabled(long session, String inside, int port) {
        return enabled(session, 0, terms(inside, port));
    }

    long enabled(long session, long group, Terms terms) {
        var answer = ask(session, new AgentRequest.Enable(0, group, terms, MINUTE)).orElseThrow();
        return ((Answer.Enabled) answer).rule().id();
    }

    long reserved(long session, Optional<Endpoint> inside) {
        var answer =
                ask(session, new AgentRequest.Reserve(0, wanted(inside), MINUTE)).orElseThrow();
        return ((Answer.Reserved) answer).rule().id();
    }

    long group(long rule) {
        return box.rules().stream().filter(r -> r.id() == rule).findFirst().orElseThrow().group();
    }

    static Reservation wanted(Optional<Endpoint> inside) {
        return new Reservation(
                Reservation.Service.TRADITIONAL,
                inside,
                Protocol.UDP,
                1,
                Reservation.Parity.EVEN,
                Reservation.IpVersion.ANY,
                Optional.empty());
    }

    static Terms terms(String inside, int port) {
        return terms(Direction.INBOUND, end(inside, port), end("203.0.113.9", 6000));
    }

    static Terms terms(Direction direction, Endpoint internal, Endpoint external) {
        return new Terms(Protocol.UDP, direction, internal, external, 1);
    }

    static Endpoint end(String address, int port) {
        return new Endpoint(InetAddress.ofLiteral(address), port);
    }

    static Endpoint block(String address, int prefix, int port) {
        return new Endpoint(InetAddress.ofLiteral(address), prefix, port);
    }
}
