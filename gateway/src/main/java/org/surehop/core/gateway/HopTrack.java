package org.surehop.core.gateway;

import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.surehop.core.assurance.HopAssertion;
import org.surehop.core.assurance.HopLedger;
import org.surehop.core.assurance.HopNames;
import org.surehop.core.assurance.Verdict;
import org.surehop.core.sip.ConnectionId;
import org.surehop.core.sip.Hop;
import org.surehop.core.sip.Leg;
import org.surehop.core.sip.Request;

/// What is known of the path of one e2e-sec request: made before the request leaves (POL-48),
/// judged once, upgraded at most once (POL-67).
final class HopTrack {
    final Passage passage;
    /// The request as hops further on have seen it: by its numbers they speak of it.
    final Request asSent;
    HopLedger ledger;
    int notifies;
    int forgeries;
    /// A forged report came on the way that the request went.
    boolean spoiled;
    /// What the ledger holds, as it was counted last.
    int octets;
    /// NOTIFYs that have come and are not read yet: no verdict is settled before them.
    int unread;
    /// The `Hop-Record` rows of the 2xx; the outer Optional is empty until there is a 2xx.
    Optional<Optional<List<String>>> hopRecord = Optional.empty();
    Optional<Instant> answeredAt = Optional.empty();
    Optional<Verdict> verdict = Optional.empty();
    Optional<Instant> judgedAt = Optional.empty();
    /// Who said what each hop asserts, and under which key (POL-69).
    final Map<Hop, String> sources = new LinkedHashMap<>();
    /// The `Hop-Record` rows of further 2xx, by To tag (POL-68).
    final Map<String, Optional<List<String>>> forks = new LinkedHashMap<>();
    /// Whose request it is, if he may subscribe to its verdict (POL-50).
    Optional<Watcher> watcher = Optional.empty();
    /// The flows of attempts that failed.
    final Set<ConnectionId> former = new HashSet<>();
    boolean upgraded;
    boolean closed;

    HopTrack(Passage passage, int maxHops) {
        this.passage = passage;
        var bare = Passage.bare(passage.request);
        this.asSent =
                passage.from == Leg.A
                        ? passage.numbers().onward(bare)
                        : passage.numbers().homeward(bare);
        this.ledger = HopLedger.empty(maxHops);
    }

    /// The request goes to another target: what was asserted of the way to the last one counts no
    /// more (POL-23), and those who still speak of it are no forgers.
    void again(int maxHops) {
        passage.egress.ifPresent(former::add);
        ledger = HopLedger.empty(maxHops);
        sources.clear();
    }

    /// The hops that this report has added to the ledger were told of by `source`.
    void toldBy(String source) {
        ledger.byHop().keySet().forEach(hop -> sources.putIfAbsent(hop, source));
    }

    /// The elements that go by several names, as the operator lists them.
    static HopNames elements(Turn turn) {
        return new HopNames(turn.config().assurance().hops().b2buas());
    }

    /// What hops asserted, by the names that the 2xx has for them.
    Collection<HopAssertion> assertions(HopNames names) {
        return ledger.assertions(names, hopRecord.orElse(Optional.empty()));
    }

    /// What is told of a verdict besides its reason.
    Map<String, String> details(Verdict verdict, HopNames names) {
        var details = new LinkedHashMap<String, String>();
        details.put("verdict", verdict.level().name());
        put(details, "attested", verdict.attested());
        put(details, "silent", verdict.silent());
        put(
                details,
                "known-b2bua",
                verdict.silent().stream()
                        .flatMap(h -> names.calls(h).stream())
                        .distinct()
                        .toList());
        put(details, "negative", verdict.negative());
        put(details, "unlisted", verdict.unlisted());
        if (!sources.isEmpty()) {
            var told = sources.entrySet().stream();
            details.put(
                    "asserted-by",
                    String.join("; ", told.map(e -> e.getKey() + " by " + e.getValue()).toList()));
        }
        return details;
    }

    private static void put(Map<String, String> details, String key, List<Hop> hops) {
        if (!hops.isEmpty()) {
            details.put(key, names(hops));
        }
    }

    static String names(List<Hop> hops) {
        return String.join(" ", hops.stream().map(Hop::toString).toList());
    }

    String owner() {
        return passage.owner();
    }

    /// The tuple that NOTIFYs are matched by (POL-44).
    static String tuple(String callId, String fromTag, long cseq) {
        return callId + "|" + fromTag + "|" + cseq;
    }

    String tuple() {
        return tuple(asSent.callId().value(), asSent.from().tag(), asSent.cseq().number());
    }
}
