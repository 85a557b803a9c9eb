package org.surehop.core.gateway;

import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.surehop.core.pinhole.FlowCounter;
import org.surehop.core.pinhole.OperStatus;
import org.surehop.core.pinhole.RuleSetChange;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.report.Severity;
import org.surehop.core.sdp.Flow;
import org.surehop.core.sdp.SkippedMedia;

/// What is told of the pinholes of calls: every opening and closing, and media that has none.
final class PinholeStory {
    private static final String OPEN = "open";

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

    /// Tells each flow that was not open before, be it for the first time or again; whether there
    /// was one.
    boolean opened(Turn turn, Call call, RuleSetChange change) {
        boolean some = false;
        for (var flow : change.enable()) {
            var before = call.fact("pinhole:" + flow, OPEN);
            if (!call.told() && !before.equals(Optional.of(OPEN))) {
                some = true;
                var details = new TreeMap<>(Map.of("flow", flow.toString()));
                details.put("group", Long.toString(change.group().value()));
                tell(turn, call, usual(NoticeKind.PINHOLE_OPEN), details);
            }
        }
        return some;
    }

    /// Everything of a group has its lifetime anew.
    void refreshed(Turn turn, Call call, RuleSetChange change) {
        desks.reporter().count("pinhole.refreshed");
        if (!change.enable().isEmpty()) {
            var details =
                    Map.of(
                            "flows", Integer.toString(change.enable().size()),
                            "group", Long.toString(change.group().value()),
                            "seconds", Long.toString(change.lifetime().toSeconds()));
            tell(turn, call, usual(NoticeKind.PINHOLE_REFRESH), new TreeMap<>(details));
        }
    }

    /// What the pinholes of a session have counted: in a direction without a packet somebody hears
    /// nothing, perhaps because the other one was told another address (PIN 6.4). A connection
    /// counts for both.
    void counted(Turn turn, Call call, List<FlowCounter> counters, Predicate<InetAddress> inside) {
        silent(turn, call, counters, "in", inside);
        silent(turn, call, counters, "out", inside.negate());
    }

    private void silent(
            Turn turn,
            Call call,
            List<FlowCounter> counters,
            String way,
            Predicate<InetAddress> there) {
        var theirs =
                counters.stream()
                        .filter(
                                c ->
                                        there.test(c.flow().destination())
                                                || c.flow().transport() == Flow.Transport.TCP)
                        .toList();
        if (!theirs.isEmpty() && theirs.stream().allMatch(c -> c.packets() == 0)) {
            noMedia(turn, call, way, "no-packets");
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
