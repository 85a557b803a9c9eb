package org.surehop.core.gateway;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.surehop.core.pinhole.FlowCounter;
import org.surehop.core.pinhole.OperStatus;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.report.Severity;
import org.surehop.core.sdp.Flow;
import org.surehop.core.sdp.SkippedMedia;

/// What is told of the pinholes of calls: every opening and closing, and media that has none.
final class PinholeStory {
    private final Desks desks;

    PinholeStory(Desks desks) {
        this.desks = desks;
    }

    /// Media that both sides want and that no pinhole serves: somebody will hear nothing.
    void skipped(Turn turn, Call call, List<SkippedMedia> media) {
        for (var one : media) {
            var why = one.why().name().toLowerCase(Locale.ROOT).replace('_', '-');
            var known = call.fact("media:" + one.index(), why);
            if (one.unexpected() && !known.equals(Optional.of(why))) {
                noMedia(turn, call, Integer.toString(one.index()), why);
            }
        }
    }

    void noMedia(Turn turn, Call call, String media, String why) {
        var what = new Reporter.What(NoticeKind.PINHOLE_NO_MEDIA, Severity.WARNING, Reason.NONE);
        tell(turn, call, what, new TreeMap<>(Map.of("media", media, "why", why)));
    }

    void opened(Turn turn, Call call, Flow flow) {
        if (!call.hasFact("pinhole:" + flow)) {
            call.fact("pinhole:" + flow, "open");
            var details = Map.of("flow", flow.toString());
            tell(turn, call, usual(NoticeKind.PINHOLE_OPEN), details);
        }
    }

    void closed(Turn turn, Call call, FlowCounter counter) {
        var details =
                Map.of(
                        "flow", counter.flow().toString(),
                        "packets", Long.toString(counter.packets()),
                        "bytes", Long.toString(counter.bytes()));
        call.fact(
                "pinhole:" + counter.flow(),
                "closed, %d packets, %d octets".formatted(counter.packets(), counter.bytes()));
        tell(turn, call, usual(NoticeKind.PINHOLE_CLOSE), new TreeMap<>(details));
    }

    private static Reporter.What usual(NoticeKind kind) {
        return new Reporter.What(kind, Severity.INFO, Reason.NONE);
    }

    void failed(Turn turn, Call call, Reason reason) {
        var what = new Reporter.What(NoticeKind.PINHOLE_FAILED, Severity.MAJOR, reason);
        tell(turn, call, what, Map.of());
    }

    void vanished(Turn turn, Call call, int flows, List<CallRules.Ended> ended) {
        var what =
                new Reporter.What(
                        NoticeKind.PINHOLE_EXPIRED, Severity.MAJOR, Reason.LIFETIME_ENDED);
        var count = Map.of("flows", Integer.toString(flows));
        if (ended.isEmpty()) {
            tell(turn, call, what, count);
        }
        for (var some : ended) {
            var details = ended(some.owner(), some.group(), some.rules(), some.how());
            details.putAll(count);
            tell(turn, call, what, details);
        }
    }

    /// Which rules of RFC 5190 ended, and how.
    static Map<String, String> ended(String owner, long group, List<Long> rules, OperStatus how) {
        var details = new TreeMap<String, String>();
        details.put("owner", owner);
        details.put("group", Long.toString(group));
        details.put("rules", rules.stream().map(Object::toString).collect(Collectors.joining(" ")));
        details.put("oper-status", Integer.toString(how.number()));
        return details;
    }

    private void tell(Turn turn, Call call, Reporter.What what, Map<String, String> details) {
        desks.reporter().tell(turn, what, Optional.of(call.key), Optional.empty(), details);
    }
}
