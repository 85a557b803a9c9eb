package org.surehop.core.pinhole.middlebox;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.surehop.core.config.Midcom;
import org.surehop.core.config.Pinholes;
import org.surehop.core.pinhole.GroupId;
import org.surehop.core.pinhole.Holdings;
import org.surehop.core.pinhole.OperStatus;
import org.surehop.core.pinhole.RuleSetChange;
import org.surehop.core.pinhole.middlebox.MiddleboxAction.Apply;
import org.surehop.core.pinhole.middlebox.MiddleboxAction.End;
import org.surehop.core.pinhole.middlebox.MiddleboxAction.Notify;
import org.surehop.core.pinhole.middlebox.MiddleboxAction.Reply;
import org.surehop.core.pinhole.middlebox.MiddleboxAction.Wake;
import org.surehop.core.sdp.Flow;

/// The middlebox of RFC 5189: what happens goes in, what must be done comes out. One job at a time
/// (MID-6): while the firewall works, requests of all agents wait in the order of their arrival, so
/// that many agents give one history. A request is in force, answered and told to the others only
/// when the firewall has done its change; a refused one leaves everything as it was (MID-2).
/// Rules outlive their session (MID-1) and end with their lifetime. Owned by the loop.
public final class Middlebox {
    /// Its changes and groups are numbered above those of the gateway's own pinholes.
    public static final long FIRST_NUMBER = 1L << 40;

    private static final int WAITING_PER_SESSION = 64;
    private static final Duration KERNEL_EARLY = Duration.ofSeconds(1);

    private final Midcom config;
    private final Pinholes pinholes;
    private final Holdings holdings;
    private final AddressStock stock;
    private final Rulebook book = new Rulebook();
    private final Planner planner;
    private final Sessions sessions;
    private final Deque<Job> waiting = new ArrayDeque<>();
    private Optional<Pending> pending = Optional.empty();
    private final Ledger ledger = new Ledger(book);
    private long lastNumber = FIRST_NUMBER;

    /// What waits for its turn.
    private sealed interface Job {
        record Asked(long session, long transaction, AgentRequest request) implements Job {}

        record Due(long rule) implements Job {}

        record Lost(List<Flow> flows) implements Job {}
    }

    /// What waits for the firewall; `session` 0 is nobody.
    private record Pending(RuleSetChange change, Job.Asked job, Planner.Plan.Change plan) {
        long session() {
            return job.session();
        }
    }

    /// @param own the middlebox's own addresses: no pinhole may lead to them
    public Middlebox(
            Midcom config,
            Pinholes pinholes,
            Set<InetAddress> own,
            Holdings holdings,
            AddressStock stock) {
        this.config = config;
        this.sessions = new Sessions(config);
        this.pinholes = pinholes;
        this.holdings = holdings;
        this.stock = stock;
        var caps =
                new Planner.Caps(
                        pinholes.lifetime(),
                        pinholes.maxRules(),
                        pinholes.media().maxRulesPerUser());
        var examiner = new Examiner(pinholes, own, Optional.empty());
        this.planner = new Planner(book, examiner, stock, holdings, caps);
    }

    /// A connection stands, with a certificate that proves those names.
    public void connected(long session, List<String> names) {
        sessions.connect(session, names);
    }

    /// The connection is gone. Its rules stay.
    public void disconnected(long session) {
        sessions.disconnect(session);
        waiting.removeIf(j -> j instanceof Job.Asked(var of, _, _) && of == session);
    }

    public List<MiddleboxAction> request(
            Instant now, long session, long transaction, AgentRequest request) {
        var alike =
                waiting.stream().filter(j -> j instanceof Job.Asked a && a.session() == session);
        if (alike.count() >= WAITING_PER_SESSION) {
            var busy = new Answer.Failed(Failure.LACK_OF_RESOURCES, "too many requests wait");
            return List.of(new Reply(session, transaction, busy));
        }
        waiting.add(new Job.Asked(session, transaction, request));
        return work(now);
    }

    /// The time that a [Wake] named.
    public List<MiddleboxAction> due(Instant now, long rule) {
        waiting.add(new Job.Due(rule));
        return work(now);
    }

    /// The firewall has lost flows that nobody here removed (ARE).
    public List<MiddleboxAction> vanished(Instant now, List<Flow> flows) {
        waiting.add(new Job.Lost(flows));
        return work(now);
    }

    /// The firewall has done a change.
    public List<MiddleboxAction> applied(Instant now, long number) {
        var done = pending.filter(p -> p.change().number() == number);
        if (done.isEmpty()) {
            return List.of();
        }
        pending = Optional.empty();
        var out = new ArrayList<MiddleboxAction>();
        commit(done.get().plan(), done.get().session(), done.get().job().transaction(), out);
        out.addAll(work(now));
        return out;
    }

    /// The firewall refused a change whole; or, if `doubtful`, it did not answer, and may have done
    /// it: what it would have opened is then closed.
    public List<MiddleboxAction> failed(Instant now, long number, boolean doubtful) {
        var gone = pending.filter(p -> p.change().number() == number);
        if (gone.isEmpty()) {
            return List.of();
        }
        pending = Optional.empty();
        var plan = gone.get().plan();
        var out = new ArrayList<MiddleboxAction>();
        if (gone.get().session() == 0) {
            // An end that comes by itself needs no consent: the kernel's timeout closes the rest.
            commit(plan, 0, 0, out);
        } else {
            holdings.swap(flows(plan.after()), flows(plan.before()));
            release(plan.after(), plan.before());
            ledger.refused(gone.get().job().request(), Failure.FIREWALL_FAILED);
            var failure = new Answer.Failed(Failure.FIREWALL_FAILED, "the firewall refused it");
            out.add(new Reply(gone.get().session(), gone.get().job().transaction(), failure));
        }
        if (doubtful) {
            closing(plan.after()).ifPresent(out::add);
        }
        out.addAll(work(now));
        return out;
    }

    /// AST: all sessions end; the rules stay until their lifetime.
    public List<MiddleboxAction> stop(String reason) {
        var out = new ArrayList<MiddleboxAction>();
        for (var id : sessions.all()) {
            if (sessions.isOpen(id)) {
                out.add(new Notify(id, new Notification.SessionEnds(reason)));
            }
            out.add(new End(id));
            disconnected(id);
        }
        return out;
    }

    /// The rules that there are, in the order of their making.
    public Collection<Rule> rules() {
        return book.all();
    }

    /// The same and their history, for managers.
    public Ledger ledger() {
        return ledger;
    }

    /// Whether nothing is under way.
    public boolean isQuiet() {
        return pending.isEmpty() && waiting.isEmpty();
    }

    private List<MiddleboxAction> work(Instant now) {
        var out = new ArrayList<MiddleboxAction>();
        while (pending.isEmpty() && !waiting.isEmpty()) {
            switch (waiting.remove()) {
                case Job.Asked asked -> ask(now, asked, out);
                case Job.Due(var rule) -> {
                    var ended =
                            book.rule(rule).filter(r -> !r.ends().isAfter(now)).stream().toList();
                    end(now, ended, out);
                }
                case Job.Lost(var flows) -> {
                    var ended = book.all().stream().filter(r -> hit(r, flows)).toList();
                    end(now, ended, out);
                }
            }
        }
        return out;
    }

    private static boolean hit(Rule rule, List<Flow> flows) {
        return rule.flows().stream().anyMatch(flows::contains);
    }

    /// Rules end by themselves: everybody with access is told before (MID-4). What the kernel
    /// closes for its age may be heard of before our own clock says so.
    private void end(Instant now, List<Rule> rules, List<MiddleboxAction> out) {
        if (rules.isEmpty()) {
            return;
        }
        for (var rule : rules) {
            var intime = rule.ends().isAfter(now.plus(KERNEL_EARLY));
            var how = intime ? OperStatus.TERMINATED : OperStatus.TIMED_OUT;
            ledger.ended(List.of(rule), how);
            sessions.tell(
                    rule, 0, List.of(new Notification.RuleEvent(rule.id(), Duration.ZERO)), out);
            out.add(new MiddleboxAction.Ended(rule, how));
        }
        var none = new Answer.Granted(Duration.ZERO);
        start(
                new Planner.Plan.Change(rules, List.of(), Duration.ZERO, none, List.of()),
                new Job.Asked(0, 0, new AgentRequest.ListRules()),
                out);
    }

    private void ask(Instant now, Job.Asked job, List<MiddleboxAction> out) {
        if (!sessions.knows(job.session())) {
            return;
        }
        if (job.request() instanceof AgentRequest.Establish(var major, _)) {
            reply(job, sessions.establish(job.session(), major, capabilities()), out);
            if (!sessions.isOpen(job.session())) {
                hangUp(job, out);
            }
            return;
        }
        if (!sessions.isOpen(job.session())) {
            reply(job, new Answer.Failed(Failure.NO_SESSION, ""), out);
            hangUp(job, out);
            return;
        }
        var agent = sessions.agent(job.session());
        if (agent.isEmpty()) {
            reply(job, new Answer.Failed(Failure.NOT_AUTHORIZED, ""), out);
            return;
        }
        serve(now, job, agent.get(), out);
    }

    /// Who did not get a session, or asked without one, may come again with a new connection (RFC
    /// 4540 §6, §7.2).
    private void hangUp(Job.Asked job, List<MiddleboxAction> out) {
        out.add(new End(job.session()));
        disconnected(job.session());
    }

    /// What agents are told of this middlebox.
    public Capabilities capabilities() {
        return new Capabilities(false, true, true, true, pinholes.lifetime(), config.maxSessions());
    }

    private void serve(Instant now, Job.Asked job, Midcom.Agent agent, List<MiddleboxAction> out) {
        switch (job.request()) {
            case AgentRequest.Establish _ -> {}
            case AgentRequest.Terminate _ -> {
                reply(job, new Answer.Terminated(), out);
                hangUp(job, out);
            }
            case AgentRequest.Reserve ask ->
                    plan(mayOpen(agent, () -> planner.reserve(agent, ask, now)), job, out);
            case AgentRequest.Enable ask ->
                    plan(mayOpen(agent, () -> planner.enable(agent, ask, now)), job, out);
            case AgentRequest.ChangeRule ask ->
                    plan(mayOpen(agent, () -> planner.change(agent, ask, now)), job, out);
            case AgentRequest.ChangeGroup ask ->
                    plan(mayOpen(agent, () -> planner.change(agent, ask, now)), job, out);
            case AgentRequest.ListRules _ -> reply(job, book.list(agent), out);
            case AgentRequest.RuleStatus(var id) -> reply(job, book.status(agent, id, now), out);
            case AgentRequest.ListGroups _ -> reply(job, book.groups(agent), out);
            case AgentRequest.GroupStatus(var id) -> reply(job, book.group(agent, id, now), out);
        }
    }

    /// An agent that answers for no address, and for no other agent, may look and nothing else.
    private static Planner.Plan mayOpen(
            Midcom.Agent agent, java.util.function.Supplier<Planner.Plan> plan) {
        return agent.prefixes().isEmpty() && !agent.administrator()
                ? new Planner.Plan.Refused(
                        new Answer.Failed(Failure.NOT_AUTHORIZED, "may only look"))
                : plan.get();
    }

    private void plan(Planner.Plan plan, Job.Asked job, List<MiddleboxAction> out) {
        switch (plan) {
            case Planner.Plan.Refused(var answer) -> {
                ledger.refused(job.request(), answer.failure());
                reply(job, answer, out);
            }
            case Planner.Plan.Change change -> start(change, job, out);
        }
    }

    private static void reply(Job.Asked job, Answer answer, List<MiddleboxAction> out) {
        out.add(new Reply(job.session(), job.transaction(), answer));
    }

    /// Claims the flows, and asks the firewall for what it must do; nothing, and it is done.
    private void start(Planner.Plan.Change plan, Job.Asked job, List<MiddleboxAction> out) {
        // Two rules may hold one flow, and each counts; the firewall hears of it once.
        holdings.swap(flows(plan.before()), flows(plan.after()));
        var open = flows(plan.after()).stream().distinct().toList();
        var gone = new LinkedHashSet<>(flows(plan.before()));
        gone.removeIf(holdings::holds);
        if (open.isEmpty() && gone.isEmpty()) {
            commit(plan, job.session(), job.transaction(), out);
            return;
        }
        var group = (plan.after().isEmpty() ? plan.before() : plan.after()).getFirst().group();
        // Whoever shares a flow must not lose it early: the longest lifetime that there is.
        var shared = open.stream().anyMatch(holdings::isShared);
        var lifetime = shared ? longest() : plan.lifetime();
        var change =
                new RuleSetChange(
                        ++lastNumber,
                        new GroupId(FIRST_NUMBER + group),
                        open,
                        lifetime,
                        List.copyOf(gone));
        pending = Optional.of(new Pending(change, job, plan));
        out.add(new Apply(change));
    }

    private Duration longest() {
        var early = pinholes.earlyLifetime();
        return early.compareTo(pinholes.lifetime()) > 0 ? early : pinholes.lifetime();
    }

    private void commit(
            Planner.Plan.Change plan, long session, long transaction, List<MiddleboxAction> out) {
        plan.before().forEach(book::remove);
        plan.after().forEach(book::put);
        ledger.changed();
        release(plan.before(), plan.after());
        plan.after().forEach(r -> out.add(new Wake(r.id(), r.ends())));
        if (session == 0) {
            return;
        }
        if (plan.after().isEmpty()) {
            ledger.ended(plan.before(), OperStatus.TERMINATED_ON_REQUEST);
        }
        if (sessions.knows(session)) {
            out.add(new Reply(session, transaction, plan.answer()));
        }
        var subject = (plan.after().isEmpty() ? plan.before() : plan.after()).getFirst();
        sessions.tell(subject, session, plan.told(), out);
    }

    /// What a NAT set aside for rules of `before` that `after` has no more.
    private void release(List<Rule> before, List<Rule> after) {
        before.stream()
                .filter(r -> after.stream().noneMatch(a -> a.id() == r.id()))
                .forEach(r -> stock.release(r.id()));
    }

    private Optional<Apply> closing(List<Rule> rules) {
        var flows = flows(rules).stream().filter(f -> !holdings.holds(f)).toList();
        return flows.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new Apply(
                                new RuleSetChange(
                                        ++lastNumber,
                                        new GroupId(FIRST_NUMBER + rules.getFirst().group()),
                                        List.of(),
                                        Duration.ZERO,
                                        flows)));
    }

    private static List<Flow> flows(List<Rule> rules) {
        return rules.stream().flatMap(r -> r.flows().stream()).toList();
    }
}
