package org.surehop.core.gateway;

import java.net.InetAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.pinhole.FlowCounter;
import org.surehop.core.pinhole.Holdings;
import org.surehop.core.pinhole.OperStatus;
import org.surehop.core.pinhole.RuleSetChange;
import org.surehop.core.pinhole.middlebox.AddressStock;
import org.surehop.core.pinhole.middlebox.Answer;
import org.surehop.core.pinhole.middlebox.Ledger;
import org.surehop.core.pinhole.middlebox.Middlebox;
import org.surehop.core.pinhole.middlebox.MiddleboxAction;
import org.surehop.core.pinhole.middlebox.Rule;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.report.Severity;
import org.surehop.core.sdp.Flow;

/// Carries what agents ask to the middlebox, and what it wants done to the edges. Every opening and
/// closing is told (MID-52).
final class MidcomDesk {
    private static final String CHANGE = "agent-change-";
    private static final String RULE = "agent-rule-";

    private final Reporter reporter;
    private final Middlebox middlebox;
    private final Map<Long, RuleSetChange> changes = new HashMap<>();

    MidcomDesk(Reporter reporter, GatewayConfig config, Set<InetAddress> more, Holdings holdings) {
        this.reporter = reporter;
        this.middlebox =
                new Middlebox(
                        config.midcom(),
                        config.pinholes(),
                        PinholeDesk.own(config, more),
                        holdings,
                        AddressStock.NONE);
    }

    Ledger ledger() {
        return middlebox.ledger();
    }

    Collection<Rule> rules() {
        return middlebox.rules();
    }

    int jobs() {
        return changes.size();
    }

    void connected(long session, List<String> names) {
        reporter.count("midcom.connected");
        middlebox.connected(session, names);
    }

    void disconnected(long session) {
        middlebox.disconnected(session);
    }

    void requested(Turn turn, Event.AgentRequested asked) {
        reporter.count("midcom.requests");
        perform(
                turn,
                middlebox.request(
                        turn.now(), asked.session(), asked.transaction(), asked.request()));
    }

    /// Whether the change was an agent's.
    boolean applied(Turn turn, long number, List<FlowCounter> closed) {
        if (number < Middlebox.FIRST_NUMBER) {
            return false;
        }
        turn.disarm(Deadline.Kind.WORK, CHANGE + number);
        var change = changes.remove(number);
        if (change != null) {
            change.enable().forEach(f -> opened(turn, change, f));
            closed.forEach(c -> closed(turn, change, c));
        }
        perform(turn, middlebox.applied(turn.now(), number));
        return true;
    }

    boolean failed(Turn turn, long number) {
        if (number < Middlebox.FIRST_NUMBER) {
            return false;
        }
        turn.disarm(Deadline.Kind.WORK, CHANGE + number);
        changes.remove(number);
        perform(turn, middlebox.failed(turn.now(), number, false));
        return true;
    }

    void overdue(Turn turn, String owner) {
        if (owner.startsWith(CHANGE)) {
            var number = Long.parseLong(owner.substring(CHANGE.length()));
            changes.remove(number);
            perform(turn, middlebox.failed(turn.now(), number, true));
        }
    }

    void due(Turn turn, String owner) {
        var rule = Long.parseLong(owner.substring(RULE.length()));
        perform(turn, middlebox.due(turn.now(), rule));
    }

    void vanished(Turn turn, List<Flow> flows) {
        perform(turn, middlebox.vanished(turn.now(), flows));
    }

    void stop(Turn turn) {
        perform(turn, middlebox.stop("the middlebox stops"));
    }

    private void perform(Turn turn, List<MiddleboxAction> actions) {
        for (var action : actions) {
            switch (action) {
                case MiddleboxAction.ToAgent what -> {
                    count(what);
                    turn.emit(new Effect.TellAgent(what));
                }
                case MiddleboxAction.Apply(var change) -> apply(turn, change);
                case MiddleboxAction.Ended(var rule, var how) -> ended(turn, rule, how);
                case MiddleboxAction.Wake(var rule, var at) ->
                        turn.emit(
                                new Effect.SetDeadline(
                                        new Deadline(Deadline.Kind.AGENT_RULE, RULE + rule), at));
            }
        }
    }

    private void count(MiddleboxAction.ToAgent what) {
        if (what instanceof MiddleboxAction.Reply(_, _, Answer.Failed(var failure, _))) {
            reporter.count("midcom.refused");
            reporter.count("midcom.refused." + failure.name().toLowerCase(java.util.Locale.ROOT));
        }
    }

    private void apply(Turn turn, RuleSetChange change) {
        changes.put(change.number(), change);
        turn.arm(Deadline.Kind.WORK, CHANGE + change.number(), turn.config().timers().work());
        turn.emit(new Effect.ApplyRuleSet(change));
    }

    private void ended(Turn turn, Rule rule, OperStatus how) {
        reporter.tell(
                turn,
                new Reporter.What(
                        NoticeKind.PINHOLE_EXPIRED, Severity.WARNING, Reason.LIFETIME_ENDED),
                Optional.empty(),
                Optional.empty(),
                PinholeStory.ended(rule.owner(), rule.group(), List.of(rule.id()), how));
    }

    private void opened(Turn turn, RuleSetChange change, Flow flow) {
        tell(
                turn,
                NoticeKind.PINHOLE_OPEN,
                Map.of("flow", flow.toString(), "group", group(change)));
    }

    private void closed(Turn turn, RuleSetChange change, FlowCounter counter) {
        tell(
                turn,
                NoticeKind.PINHOLE_CLOSE,
                Map.of(
                        "flow", counter.flow().toString(),
                        "group", group(change),
                        "packets", Long.toString(counter.packets()),
                        "bytes", Long.toString(counter.bytes())));
    }

    private static String group(RuleSetChange change) {
        return "agent-" + (change.group().value() - Middlebox.FIRST_NUMBER);
    }

    private void tell(Turn turn, NoticeKind kind, Map<String, String> details) {
        reporter.tell(
                turn,
                new Reporter.What(kind, Severity.INFO, Reason.NONE),
                Optional.empty(),
                Optional.empty(),
                new TreeMap<>(details));
    }
}
