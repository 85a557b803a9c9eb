package org.surehop.core.gateway;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.surehop.core.archive.Outcome;
import org.surehop.core.archive.Slip;
import org.surehop.core.call.Exchange;
import org.surehop.core.config.Archive;
import org.surehop.core.config.Demands;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.disclosure.BodyFacts;
import org.surehop.core.disclosure.Judgement;
import org.surehop.core.disclosure.MessageJudge;
import org.surehop.core.disclosure.TaskId;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.report.Severity;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.StatusCode;

/// Has the bodies of MESSAGE requests read, judged and archived (SVC-1): the entry is on the disk
/// before the message goes on, and learns afterwards how the message fared. No clear octet of a
/// message comes here: the CMS layer hands over facts and a sealed entry.
final class MessageDesk {
    private final Desks desks;
    private final KeyBudget budget;
    private final TunnelDesk tunnels;
    private final ProtectionDesk protection;
    private final Map<TaskId, Work> byTask = new HashMap<>();

    /// What is under way, and how many private-key operations were taken for it.
    private record Work(Passage passage, KeyBudget.Payer payer, int taken) {}

    MessageDesk(Desks desks, KeyBudget budget, ProtectionDesk protection) {
        this.desks = desks;
        this.budget = budget;
        this.tunnels = new TunnelDesk(desks.reporter());
        this.protection = protection;
    }

    /// Whether the body of that request is looked at here.
    static boolean concerns(GatewayConfig config, Request request) {
        return request.method().equals(Method.MESSAGE)
                && !request.body().isEmpty()
                && config.services().messages().read();
    }

    void open(Turn turn, Passage passage) {
        var archived = turn.config().services().archive().enabled();
        var slip = archived ? Optional.of(slip(turn, passage)) : Optional.<Slip>empty();
        var payer = Reading.payer(turn, passage);
        var demands = turn.config().disclosure().demands();
        var taken = budget.take(turn.now(), payer, Effect.OpenBody.KEY_OPERATIONS, demands);
        var task = task(new Work(passage, payer, taken));
        turn.emit(
                new Effect.ReadMessage(
                        task, passage.request.body(), slip, taken, Reading.scope(passage)));
        turn.arm(Deadline.Kind.WORK, passage.owner(), turn.config().timers().work());
    }

    private static Slip slip(Turn turn, Passage passage) {
        var inbound = passage.inbound;
        return Slip.of(turn.now(), inbound.side(), passage.request, Admission.identities(inbound));
    }

    private TaskId task(Work work) {
        var task = desks.nextTask();
        byTask.put(task, work);
        return task;
    }

    void read(Turn turn, Event.MessageRead read) {
        desks.reporter().count("cms.private-key-operations", read.keyOperations());
        var work = byTask.remove(read.task());
        if (work == null) {
            desks.reporter().count("cms.late-answer");
            return;
        }
        budget.giveBack(work.payer(), Math.max(0, work.taken() - read.keyOperations()));
        judge(turn, work, read.facts(), read.sealed());
    }

    private void judge(Turn turn, Work work, BodyFacts facts, Octets sealed) {
        var passage = work.passage();
        var disclosure = turn.config().disclosure();
        var judge =
                new MessageJudge(
                        turn.config().services().messages(),
                        disclosure.requireSignature(),
                        disclosure.emitCode());
        var outcome = judge.judge(facts, passage.request.from().uri(), passage.inbound.side());
        var changed = tunnels.check(turn, passage, facts, demands(turn, passage));
        if (changed.isPresent() && !(outcome instanceof MessageJudge.Outcome.Refused)) {
            judged(turn, passage, new Judgement.Refused(changed.get(), new StatusCode(403)));
            return;
        }
        switch (outcome) {
            case MessageJudge.Outcome.Read _ -> {
                protection.read(turn, passage, facts);
                keep(turn, work, sealed);
            }
            case MessageJudge.Outcome.Opaque(var reason) -> {
                tell(turn, passage, NoticeKind.UNDECIPHERABLE, reason);
                goOn(turn, passage);
            }
            case MessageJudge.Outcome.Refused(var refused) -> judged(turn, passage, refused);
        }
    }

    private static Demands demands(Turn turn, Passage passage) {
        return turn.config().disclosure().of(passage.served()).demands();
    }

    private void keep(Turn turn, Work work, Octets sealed) {
        var passage = work.passage();
        if (!turn.config().services().archive().enabled()) {
            goOn(turn, passage);
        } else if (sealed.isEmpty()) {
            notKept(turn, passage, Reason.ARCHIVE_FAILED);
        } else {
            turn.emit(new Effect.KeepEntry(task(work), slip(turn, passage), sealed));
        }
    }

    void kept(Turn turn, TaskId task, long number) {
        var work = byTask.remove(task);
        if (work == null) {
            // The message was given up meanwhile.
            turn.emit(new Effect.SettleEntry(number, Outcome.REFUSED));
            return;
        }
        desks.reporter().count("archive.kept");
        work.passage().entry = Optional.of(number);
        goOn(turn, work.passage());
    }

    void notKept(Turn turn, TaskId task, Reason reason) {
        var work = byTask.remove(task);
        if (work != null) {
            notKept(turn, work.passage(), reason);
        }
    }

    private void notKept(Turn turn, Passage passage, Reason reason) {
        switch (turn.config().services().archive().onFailure()) {
            case Archive.OnFailure.REFUSE ->
                    judged(turn, passage, new Judgement.Refused(reason, new StatusCode(500)));
            case Archive.OnFailure.PASS -> {
                tell(turn, passage, NoticeKind.ARCHIVE_FAILED, reason);
                goOn(turn, passage);
            }
        }
    }

    private void goOn(Turn turn, Passage passage) {
        judged(turn, passage, new Judgement.NoSdp());
    }

    private void judged(Turn turn, Passage passage, Judgement judgement) {
        turn.disarm(Deadline.Kind.WORK, passage.owner());
        desks.passages().step(turn, passage, new Exchange.Event.Judged(judgement));
    }

    /// What goes on though it was not read, or was not archived.
    private void tell(Turn turn, Passage passage, NoticeKind kind, Reason reason) {
        desks.reporter()
                .tell(
                        turn,
                        new Reporter.What(kind, Severity.WARNING, reason),
                        Optional.of(passage.key()),
                        Optional.of(passage.from),
                        Map.of("detail", "passed on"));
    }

    /// The message has ended: its entry learns how.
    void settle(Turn turn, Passage passage) {
        passage.entry.ifPresent(
                number -> turn.emit(new Effect.SettleEntry(number, outcome(passage.failure))));
        passage.entry = Optional.empty();
    }

    private static Outcome outcome(Reason failure) {
        return switch (failure) {
            case NONE -> Outcome.DELIVERED;
            case PEER_TIMEOUT, CONNECTION_LOST, GATEWAY_STOPPING, INTERNAL -> Outcome.UNKNOWN;
            default -> Outcome.REFUSED;
        };
    }

    void forget(Passage passage) {
        byTask.values().removeIf(work -> work.passage() == passage);
    }

    int size() {
        return byTask.size();
    }
}
