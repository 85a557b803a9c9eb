package org.surehop.sim;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.surehop.core.assurance.HopReport;
import org.surehop.core.gateway.Deadline;
import org.surehop.core.gateway.Effect;
import org.surehop.core.gateway.Event;
import org.surehop.core.report.CallKey;
import org.surehop.core.report.Notice;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.sdp.Flow;
import org.surehop.core.sip.CallId;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;

/// Sees every event and effect and holds them against the truth.
final class Witness implements SimGateway.Watch {
    private static final String SELF = "gw.example.com";

    private final Map<Integer, Truth> truths = new HashMap<>();
    private final Map<Long, Truth> changes = new HashMap<>();
    private final Set<String> inviteBranches = new HashSet<>();
    private final Set<String> forks = new HashSet<>();
    private final Map<String, Integer> tally;
    private final Optional<History> history;
    private final Unaware unaware;
    private final int mostHops;
    private final boolean transparent;
    private final Map<CallKey, Integer> forgeries = new HashMap<>();

    Witness(
            Map<String, Integer> tally,
            Optional<History> history,
            Unaware unaware,
            SimSettings settings) {
        this.mostHops = settings.maxHops();
        this.transparent = settings.keepsContacts();
        this.unaware = unaware;
        this.tally = tally;
        this.history = history;
    }

    static Map<String, Integer> newTally() {
        return new TreeMap<>();
    }

    void add(Truth truth) {
        truths.put(truth.plan.number(), truth);
    }

    private Truth truth(int number) {
        return java.util.Objects.requireNonNull(truths.get(number), "a call of this world");
    }

    void count(String what) {
        tally.merge(what, 1, Integer::sum);
    }

    @Override
    public void before(Event event) {
        history.ifPresent(h -> h.add(event));
        unaware.before(event);
        switch (event) {
            case Event.ResponseReceived(_, _, var response) when isAnswer(response) ->
                    heardAnswer(response);
            case Event.ResponseReceived(_, _, var response) when response.status().value() == 420 ->
                    Unaware.refused(truth(SimMessages.number(response.callId())), response);
            case Event.HopReportRead(_, _, var report, _) -> heard(report);
            // Who does not know the dialog is in none (RFC 3261 §12.2.1.2).
            case Event.ResponseReceived(_, _, var response) when response.status().value() == 481 ->
                    noDialog(response.callId(), response.to().tag());
            // Whoever has waited for an ACK in vain ends the dialog too (RFC 3261 §13.3.1.4).
            case Event.RequestReceived(_, _, var request) when isBye(request) -> {
                noDialog(request.callId(), request.from().tag());
                truth(SimMessages.number(request.callId())).hungUp.add(dialogOf(request));
            }
            case Event.RuleSetFailed(_, var number, _) -> firewallFailed(number);
            case Event.DeadlineReached(_, Deadline(var kind, var owner))
                    when kind == Deadline.Kind.WORK && owner.startsWith("change-") ->
                    firewallFailed(Long.parseLong(owner.substring(7)));
            default -> {}
        }
    }

    private static String dialogOf(Request request) {
        return request.from().tag() + "/" + request.to().tag();
    }

    private void firewallFailed(long change) {
        Optional.ofNullable(changes.get(change)).ifPresent(t -> t.firewallFailed = true);
    }

    /// A request leaves while the firewall holds those rules: a BYE that is passed on comes after
    /// the removal, unless the firewall would not have it.
    void leaves(Request request, Set<Flow> rules) {
        if (!isBye(request)) {
            return;
        }
        var truth = truth(SimMessages.number(request.callId()));
        if (truth.hungUp.contains(dialogOf(request)) && !truth.firewallFailed && !truth.orphaned) {
            var own = Optional.of(truth.plan.number());
            Invariant.RULES_GO_FIRST.require(
                    rules.stream().noneMatch(f -> number(f.destination()).equals(own)), request);
            count("bye after removal");
        }
    }

    /// That user is in no dialog: it has said so, or was told.
    private void noDialog(CallId callId, String tag) {
        var truth = truth(SimMessages.number(callId));
        truth.ended(tag);
        truth.unacknowledged.removeIf(k -> k.startsWith(tag + "/"));
    }

    private void heard(HopReport report) {
        var truth = truth(SimMessages.number(report.callId()));
        var evidence = truth.evidence(report.fromTag() + report.method(), report.cseq());
        evidence.heardNo |=
                report.hops().stream()
                        .anyMatch(h -> !h.complied() && evidence.denied.contains(h.hop().host()));
    }

    private static boolean isAnswer(Response response) {
        return response.status().success() && response.cseq().method().equals(Method.INVITE);
    }

    private static boolean isBye(Request request) {
        return request.method().equals(Method.BYE);
    }

    private void heardAnswer(Response response) {
        var truth = truth(SimMessages.number(response.callId()));
        if (truth.begun(response.to().tag())) {
            truth.unacknowledged.add(response.to().tag() + "/" + response.cseq().number());
        }
    }

    @Override
    public void after(Event event, List<Effect> effects) {
        for (var effect : effects) {
            history.ifPresent(h -> h.add(effect));
            switch (effect) {
                case Effect.SendRequest(var key, _, var request) -> leaves(request, key.branch());
                case Effect.SendResponse(var connection, var response, _) ->
                        answered(connection.toString(), response);
                case Effect.ApplyRuleSet(var change) -> {
                    change.enable().forEach(this::mayBeOpen);
                    Stream.concat(change.enable().stream(), change.disable().stream())
                            .findFirst()
                            .flatMap(flow -> number(flow.destination()))
                            .map(truths::get)
                            .ifPresent(truth -> changes.put(change.number(), truth));
                }
                case Effect.Report(var notice) -> told(notice);
                case Effect.Record(var story) -> {
                    if (story.ended()) {
                        truth(SimMessages.number(story.key().callId())).toldEnded = true;
                    }
                }
                default -> {}
            }
        }
    }

    // ---- messages ----

    private void leaves(Request request, String branch) {
        var method = request.method();
        if (transparent) {
            Kept.request(request);
            count((Kept.crosses(request) ? "kept " : "own ") + request.method());
        } else {
            Invariant.NOTHING_OF_ONE_SIDE_SHOWS.require(
                    request.vias().size() == 1
                            && request.topVia().host().equals(SELF)
                            && request.recordRoutes().isEmpty()
                            && request.contact().map(c -> c.uri().host()).orElse(SELF).equals(SELF),
                    request);
        }
        var truth = truth(SimMessages.number(request.callId()));
        if (method.equals(Method.INVITE)) {
            inviteBranches.add(branch);
        }
        var bare =
                method.equals(Method.CANCEL)
                        || method.equals(Method.NOTIFY)
                        || (method.equals(Method.ACK) && inviteBranches.contains(branch));
        unaware.leaves(truth, request, bare);
        if (truth.plan.assured()) {
            var tagged =
                    request.require().contains(SimSettings.TAG)
                            && request.proxyRequire().contains(SimSettings.TAG);
            Invariant.TAG_IS_KEPT.require(tagged != bare, request);
        }
        if (method.equals(Method.ACK)) {
            truth.unacknowledged.remove(request.to().tag() + "/" + request.cseq().number());
        } else if (isBye(request)) {
            noDialog(request.callId(), request.to().tag());
        }
        count("out " + method);
    }

    private void answered(String connection, Response response) {
        if (transparent) {
            Kept.response(response);
        }
        Invariant.NO_503_TO_NOTIFY.require(
                !response.cseq().method().equals(Method.NOTIFY) || response.status().value() != 503,
                response);
        unaware.answered(truth(SimMessages.number(response.callId())), response);
        if (!response.cseq().method().equals(Method.INVITE) || response.status().provisional()) {
            return;
        }
        var truth = truth(SimMessages.number(response.callId()));
        var finals =
                truth.finals.computeIfAbsent(
                        connection + response.topVia().branch(), _ -> new HashSet<>());
        finals.add(response.status() + response.to().tag());
        Invariant.ONE_FINAL_RESPONSE.require(finals.size() == 1, finals, truth.plan);
        if (response.status().success() && !truth.orphaned) {
            truth.begun(response.from().tag());
            truth.won = true;
        }
        count("final " + response.status());
    }

    // ---- pinholes ----

    /// Both ends of the flow belong to one call, and each has said, in a description that this
    /// gateway was shown, where it receives.
    private void mayBeOpen(Flow flow) {
        var number = number(flow.destination());
        Invariant.NO_RULE_WITHOUT_ASSURED.require(
                number.isPresent() && number.equals(number(flow.source())), flow);
        var truth = truths.get(number.get());
        Invariant.NO_RULE_WITHOUT_ASSURED.require(truth != null, flow);
        if (truth == null) {
            return;
        }
        var toInside = isInside(flow.destination());
        var version = (flow.port() - 10_000) / 20;
        Invariant.NO_RULE_WITHOUT_ASSURED.require(
                truth.isGood(toInside, version)
                        && toInside != isInside(flow.source())
                        && !truth.good(!toInside).isEmpty(),
                flow,
                truth.plan);
        Invariant.ENDED_CALL_OWNS_NO_RULE.require(!truth.toldEnded, flow, truth.plan);
        count("flow enabled");
    }

    static boolean isInside(InetAddress address) {
        return address.getAddress()[0] == 10;
    }

    static Optional<Integer> number(InetAddress address) {
        var o = address.getAddress();
        if (o.length != 4 || (o[0] != 10 && o[0] != 20)) {
            return Optional.empty();
        }
        return Optional.of((o[1] & 255) << 16 | (o[2] & 255) << 8 | (o[3] & 255));
    }

    /// What the core holds open belongs to calls that go on.
    void mayStayOpen(Set<Flow> inForce) {
        for (var flow : inForce) {
            var owner = number(flow.destination()).map(truths::get);
            Invariant.ENDED_CALL_OWNS_NO_RULE.require(
                    owner.isPresent() && !owner.get().toldEnded, flow);
            owner.ifPresent(truth -> ofWinner(truth, flow));
        }
    }

    /// Forks send to the same place; a flow to one of them says by its port whose it is.
    private static void ofWinner(Truth truth, Flow flow) {
        var callee = isInside(flow.destination()) != truth.plan.outbound();
        var lost = truth.losing.contains((flow.port() - 10_000) / 20);
        Invariant.LOSERS_OWN_NO_RULE.require(
                !(truth.won && callee && lost && !truth.orphaned), flow, truth.plan);
    }

    // ---- verdicts ----

    private void told(Notice notice) {
        count("notice " + notice.kind().wireName());
        if (notice.kind() == NoticeKind.FORGED_NOTIFY) {
            var times = forgeries.merge(notice.call().orElseThrow(), 1, Integer::sum);
            Invariant.FORGERIES_ARE_BOUNDED.require(times <= mostHops, notice, times);
        }
        if (notice.kind() == NoticeKind.VERDICT || notice.kind() == NoticeKind.VERDICT_CHANGED) {
            var level = notice.details().getOrDefault("verdict", "");
            count("verdict " + level);
            var fork = notice.details().get("to-tag");
            if (fork != null) {
                // POL-68: a success that lost against another one.
                var first = forks.add(notice.call().orElseThrow() + fork);
                Invariant.ONE_VERDICT.require(first, notice);
                return;
            }
            judged(notice.call().orElseThrow(), notice.kind(), level);
        }
    }

    private void judged(CallKey key, NoticeKind kind, String level) {
        var truth = truth(SimMessages.number(key.callId()));
        var evidence = truth.evidence(key.fromTag() + key.method(), key.cseq());
        if (kind == NoticeKind.VERDICT) {
            evidence.verdicts++;
        } else {
            evidence.changes++;
        }
        evidence.verdict = level;
        Invariant.ONE_VERDICT.require(
                evidence.verdicts == 1 && evidence.changes <= 1, key, kind, level);
        if (level.equals("ASSURED")) {
            Invariant.ASSURED_MEANS_ATTESTED.require(
                    evidence.listed.isPresent()
                            && !evidence.heardNo
                            && evidence.attested.containsAll(evidence.listed.get()),
                    key,
                    evidence.listed,
                    evidence.attested,
                    truth.plan);
        }
    }

    // ---- the end ----

    /// The gateway has lost its memory: nothing that it began can be asked of it.
    void gatewayCrashed() {
        for (var truth : truths.values()) {
            truth.orphaned = true;
            truth.owed.clear();
            truth.dialogs.clear();
            truth.unacknowledged.clear();
        }
    }

    void connectionClosed(SimConnection connection) {
        for (var truth : truths.values()) {
            truth.owed.removeIf(k -> k.startsWith(connection.id.toString()));
        }
    }

    /// What all wished for and nothing disturbed has come about.
    void goodCallsAreAssured() {
        for (var truth : truths.values()) {
            if (truth.plan.good()) {
                var invite = truth.evidence("from" + truth.plan.number() + Method.INVITE, 1);
                Invariant.GOOD_CALL_IS_ASSURED.require(
                        invite.verdict.equals("ASSURED"), invite.verdict, truth.plan);
                count("good calls");
            }
        }
    }

    void atRest() {
        for (var truth : truths.values()) {
            if (truth.orphaned) {
                continue;
            }
            for (var owed : truth.owed) {
                var finals = truth.finals.getOrDefault(owed, Set.of());
                Invariant.ONE_FINAL_RESPONSE.require(finals.size() == 1, owed, finals, truth.plan);
            }
            Invariant.EVERY_2XX_IS_ACKNOWLEDGED.require(
                    truth.unacknowledged.isEmpty(), truth.unacknowledged, truth.plan);
            Invariant.NO_DIALOG_LEFT_BEHIND.require(
                    truth.dialogs.isEmpty(), truth.dialogs, truth.plan);
        }
    }
}
