package org.surehop.core.gateway;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.surehop.core.call.Exchange;
import org.surehop.core.disclosure.BodyFacts;
import org.surehop.core.disclosure.Expectation;
import org.surehop.core.disclosure.TaskId;
import org.surehop.core.sip.Body;

/// Has the bodies of passages read and judged.
final class Reading {
    private final Desks desks;
    private final Map<TaskId, Passage> byTask = new HashMap<>();

    Reading(Desks desks) {
        this.desks = desks;
    }

    void open(Turn turn, Passage passage, Body body, List<String> contentIds) {
        var task = desks.nextTask();
        byTask.put(task, passage);
        turn.emit(new Effect.OpenBody(task, body, contentIds));
        turn.arm(Deadline.Kind.WORK, passage.owner(), turn.config().timers().work());
    }

    void opened(Turn turn, TaskId task, BodyFacts facts) {
        var passage = byTask.remove(task);
        if (passage == null) {
            desks.reporter().count("cms.late-answer");
            return;
        }
        turn.disarm(Deadline.Kind.WORK, passage.owner());
        var judgement = desks.judge(turn.config()).judge(facts, expectation(passage));
        desks.passages().step(turn, passage, new Exchange.Event.Judged(judgement));
    }

    /// A body that nobody protected: policy decides at once.
    void judge(Turn turn, Passage passage, Body body) {
        var judgement = desks.judge(turn.config()).clear(body, expectation(passage));
        desks.passages().step(turn, passage, new Exchange.Event.Judged(judgement));
    }

    private static Expectation expectation(Passage passage) {
        return passage.state instanceof Exchange.State.ReadingAnswer
                ? Expectation.ofResponseTo(passage.request)
                : Expectation.ofRequest(passage.request);
    }

    void forget(Passage passage) {
        byTask.values().remove(passage);
    }

    int size() {
        return byTask.size();
    }
}
