package org.surehop.core.gateway;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.surehop.core.assurance.HopLedger;
import org.surehop.core.assurance.HopNotify;
import org.surehop.core.assurance.HopReport;
import org.surehop.core.config.Peer;
import org.surehop.core.disclosure.SignerFacts;
import org.surehop.core.disclosure.TaskId;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.report.Severity;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.ChannelSecurity;
import org.surehop.core.sip.ConnectionId;
import org.surehop.core.sip.Hop;
import org.surehop.core.sip.Inbound;
import org.surehop.core.sip.OptionTags;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Target;

/// The `e2e-sec` NOTIFYs: sends ours upstream, takes those of hops further on, and lets only
/// what may be trusted count (POL-40 to POL-51, POL-95, POL-99).
final class NotifyDesk {
    private final Desks desks;
    private final Map<TaskId, Reading> readings = new HashMap<>();
    private final Map<TaskId, HopTrack> makings = new HashMap<>();
    private final Map<TransactionKey, Upstream> notifies = new HashMap<>();
    private final Deaf deaf = new Deaf();
    private final BadNotifies bad = new BadNotifies();
    /// Octets that hops have told of the requests that are still open (`notifies.evidence`).
    private long evidence;

    private record Reading(HopTrack track, ConnectionId flow, String source) {}

    NotifyDesk(Desks desks) {
        this.desks = desks;
    }

    // ---- attesting our own hop ----

    /// One combined NOTIFY upstream (POL-51), to a caller who has not turned one down before and
    /// who has no subscription that tells it.
    void attest(Turn turn, HopTrack track) {
        var passage = track.passage;
        // POL-82: a caller who never asked is told nothing.
        if (!passage.asked()
                || desks.collector().tell(turn, track)
                || !wanted(turn, passage)
                || deaf.to(Upstream.of(passage))
                || passage.egressSecurity.isEmpty()) {
            return;
        }
        var task = desks.nextTask();
        makings.put(task, track);
        await(turn, task);
        turn.emit(new Effect.MakeHopReport(task, report(turn, track)));
    }

    /// What the caller of that request is told: our own hop first, then those beyond (POL-51), as
    /// far as it may know them (POL-83). Before the verdict only who may know all is told anything.
    static HopReport report(Turn turn, HopTrack track) {
        var passage = track.passage;
        var self = turn.config().gateway().hop();
        var received = passage.inbound.security();
        var plain =
                passage.egressSecurity
                        .filter(_ -> passage.failure == Reason.NONE)
                        .map(forwarded -> HopNotify.attest(self, received, forwarded))
                        .orElseGet(() -> HopNotify.deny(self, received, cause(passage)));
        var veil = veil(turn, passage);
        var own = track.verdict.map(v -> veil.own(plain, v, track.ledger)).orElse(plain);
        var relayed = veil.relayed(track.assertions(HopTrack.elements(turn)));
        return HopNotify.ownReport(passage.request, turn.now(), own, relayed);
    }

    static Veil veil(Turn turn, Passage passage) {
        return Veil.before(turn.config(), Admission.identities(passage.inbound));
    }

    private static Reason cause(Passage passage) {
        return passage.failure == Reason.NONE ? Reason.NO_TLS_TARGET : passage.failure;
    }

    /// Without a subscription only an authenticated peer is told (POL-96, POL-98), and only one
    /// that is known to take it, by its configuration or by what its request says (POL-50).
    private static boolean wanted(Turn turn, Passage passage) {
        var tag = turn.config().assurance().optionTag();
        var mode =
                turn.config().peerFor(Admission.identities(passage.inbound)).map(Peer::notifyMode);
        return switch (mode.orElse(Peer.Notify.OFF)) {
            case OFF, EXPLICIT -> false;
            case LEARNED -> OptionTags.contains(passage.request.supported(), tag);
            case IMPLICIT -> true;
        };
    }

    void made(Turn turn, TaskId task, Body body) {
        var track = makings.remove(task);
        if (track == null) {
            return;
        }
        turn.disarm(Deadline.Kind.WORK, owner(task));
        var config = turn.config();
        var notify =
                HopNotify.build(
                        track.passage.request,
                        turn.tokens().via(config.gateway()),
                        turn.tokens().next(),
                        body,
                        HopNotify.once(
                                track.passage.request,
                                config.assurance().optionTag(),
                                config.notifies().reason().word()));
        var upstream = Upstream.of(track.passage);
        var key = desks.transactions().start(turn, notify, new Target.Flow(upstream.flow()));
        notifies.put(key, upstream);
        track.passage.call.ifPresent(
                call -> call.line(turn.now(), "GW", "A", "NOTIFY e2e-sec (our attestation)"));
    }

    boolean owns(TransactionKey key) {
        return notifies.containsKey(key);
    }

    /// The answer to a NOTIFY of ours, or none: no retry, no credentials (we have none for a 401 or
    /// 407), no other place (3xx), and no second try there (POL-49).
    void answered(TransactionKey key, boolean accepted) {
        var upstream = notifies.remove(key);
        if (upstream != null && !accepted) {
            deaf.add(upstream);
        }
    }

    /// A NOTIFY of ours that could not be written, for want of its connection: nothing to remember.
    void unsent(TransactionKey key) {
        notifies.remove(key);
    }

    void connectionClosed(ConnectionId connection) {
        deaf.forget(connection);
        // What these still bring says nothing of a connection to come, and must not be kept.
        notifies.values().removeIf(u -> u.flow().equals(connection));
    }

    private static String owner(TaskId task) {
        return "notify-" + task.value();
    }

    private static void await(Turn turn, TaskId task) {
        turn.arm(Deadline.Kind.WORK, owner(task), turn.config().timers().work());
    }

    /// The CMS layer did not answer in time: what it should have read or made counts for nothing.
    void overdue(Turn turn, String owner) {
        if (owner.startsWith("notify-")) {
            var task = new TaskId(Long.parseLong(owner.substring(7)));
            makings.remove(task);
            desks.reporter().count("notify.overdue");
            taken(task).ifPresent(r -> desks.assurance().reconsider(turn, r.track()));
        }
    }

    // ---- NOTIFYs of others ----

    /// The status that a NOTIFY of the package gets: 200 when it matches a request of ours, 481
    /// when none, 500 when there are too many (POL-48, POL-95).
    int receive(Turn turn, Inbound inbound, Request notify) {
        var track = match(inbound, notify);
        var source = BadNotifies.source(inbound);
        if (track.isEmpty()) {
            desks.reporter().count("notify.unmatched");
            return bad.within(turn, source) ? 481 : 500;
        }
        var found = track.get();
        if (found.former.contains(inbound.connection())
                && !found.passage.egress.equals(Optional.of(inbound.connection()))) {
            desks.reporter().count("notify.of-failed-attempt");
            return 481;
        }
        var egress = found.passage.egress;
        if (egress.isPresent() && !egress.get().equals(inbound.connection())) {
            // It must not use up the room of those who may speak (POL-95, POL-99).
            desks.reporter().count("notify.elsewhere");
            var within = bad.within(turn, source);
            if (within) {
                forged(turn, found, "it did not come back the way that the request went");
            }
            return within ? 481 : 500;
        }
        if (tooMany(turn, found, notify, source)) {
            return 500;
        }
        found.notifies++;
        found.unread++;
        var task = desks.nextTask();
        readings.put(task, new Reading(found, inbound.connection(), source));
        await(turn, task);
        turn.emit(new Effect.ReadHopReport(task, notify.body()));
        found.passage.call.ifPresent(
                call -> call.line(turn.now(), "B", "GW", "NOTIFY e2e-sec (a hop attests)"));
        return 200;
    }

    /// Whether there is no room for one more report about that request: as many as there may be
    /// hops, or no more octets; or a forger has spoken about it and goes on.
    private boolean tooMany(Turn turn, HopTrack track, Request notify, String source) {
        var config = turn.config();
        if (track.notifies >= config.assurance().maxHops()) {
            desks.reporter().count("notify.too-many");
            return true;
        }
        if (evidence + notify.body().octets().length() > config.notifies().evidence()) {
            desks.reporter().count("notify.no-room");
            return true;
        }
        var wait = track.spoiled && bad.spent(turn, source);
        if (wait) {
            desks.reporter().count("notify.excess");
        }
        return wait;
    }

    /// What was told of that request is needed no more.
    void released(HopTrack track) {
        evidence -= track.octets;
        track.octets = 0;
    }

    private Optional<HopTrack> match(Inbound inbound, Request notify) {
        var id = eventId(notify.header("Event").orElse(""));
        var tuple = HopTrack.tuple(notify.callId().value(), notify.to().tag(), id);
        var candidates = desks.assurance().candidates(tuple);
        // A spiral has two requests with one tuple: the flow tells them apart.
        return candidates.stream()
                .filter(t -> t.passage.egress.equals(Optional.of(inbound.connection())))
                .findFirst()
                .or(() -> candidates.stream().findFirst());
    }

    private static long eventId(String event) {
        for (var part : event.split(";", -1)) {
            var text = part.strip();
            if (text.startsWith("id=") && text.length() <= 13) {
                try {
                    return Long.parseLong(text.substring(3));
                } catch (NumberFormatException _) {
                    return -1;
                }
            }
        }
        return -1;
    }

    private Optional<Reading> taken(TaskId task) {
        var reading = Optional.ofNullable(readings.remove(task));
        reading.ifPresent(r -> r.track().unread--);
        return reading;
    }

    void read(Turn turn, Event.HopReportRead event) {
        var taken = taken(event.task());
        if (taken.isEmpty()) {
            return;
        }
        turn.disarm(Deadline.Kind.WORK, owner(event.task()));
        var reading = taken.get();
        var track = reading.track();
        if (!track.passage.egress.equals(Optional.of(reading.flow()))
                && track.former.contains(reading.flow())) {
            desks.reporter().count("notify.of-failed-attempt");
            desks.assurance().reconsider(turn, track);
            return;
        }
        var trusted = trusted(turn, reading, event.report(), event.signer());
        if (!trusted || !HopLedger.speaksOf(event.report(), track.asSent)) {
            spoiled(turn, reading, "the assertion is not one that this hop may make");
            desks.assurance().reconsider(turn, track);
            return;
        }
        var report = event.report().claiming((hop, other) -> same(event.signer(), hop, other));
        switch (track.ledger.accept(report, true)) {
            case HopLedger.Outcome.Accepted(var ledger) -> track.ledger = ledger;
            case HopLedger.Outcome.Contradiction(var ledger) -> track.ledger = ledger;
            case HopLedger.Outcome.TooMany(var ledger) -> {
                track.ledger = ledger;
                desks.reporter().count("notify.too-many-hops");
            }
            case HopLedger.Outcome.Duplicate _ -> desks.reporter().count("notify.duplicate");
            case HopLedger.Outcome.Untrusted _ -> desks.reporter().count("notify.untrusted");
        }
        track.toldBy(source(reading.flow(), event.signer()));
        weigh(track);
        desks.assurance().reconsider(turn, track);
    }

    /// What an assertion rests on: a signature, or no more than the connection (POL-47).
    private static String source(ConnectionId flow, Optional<SignerFacts> signer) {
        return signer.map(s -> "signature, key sha256:" + s.fingerprint())
                .orElseGet(() -> "transport, connection " + flow.value());
    }

    void refused(Turn turn, TaskId task, Reason reason) {
        turn.disarm(Deadline.Kind.WORK, owner(task));
        makings.remove(task);
        var taken = taken(task);
        if (taken.isEmpty()) {
            return;
        }
        var reading = taken.get();
        if (reason == Reason.QUEUE_FULL) {
            // Our own want of time: nothing is said against the hop.
            desks.reporter().count("notify.not-read");
        } else {
            spoiled(turn, reading, "the body is no e2e-sec report: " + reason.wireName());
        }
        desks.assurance().reconsider(turn, reading.track());
    }

    private void weigh(HopTrack track) {
        if (!track.closed) {
            var octets = track.ledger.octets();
            evidence += octets - track.octets;
            track.octets = octets;
        }
    }

    /// A forger speaks on the way that the request went.
    private void spoiled(Turn turn, Reading reading, String why) {
        reading.track().spoiled = true;
        desks.reporter().count("notify.forged");
        if (bad.within(turn, reading.source())) {
            forged(turn, reading.track(), why);
        }
    }

    /// Told as often as a request may have hops and its sender has an allowance, else only counted.
    private void forged(Turn turn, HopTrack track, String why) {
        if (track.forgeries >= turn.config().assurance().maxHops()) {
            return;
        }
        track.forgeries++;
        desks.reporter()
                .tell(
                        turn,
                        new Reporter.What(
                                NoticeKind.FORGED_NOTIFY,
                                Severity.WARNING,
                                Reason.PEER_NOT_AUTHENTICATED),
                        Optional.of(track.passage.key()),
                        Optional.empty(),
                        Map.of("detail", why));
    }

    /// POL-99: it came on the egress flow over TLS or IPsec and, when signatures are demanded,
    /// was signed by a hop that it speaks for.
    private static boolean trusted(
            Turn turn, Reading reading, HopReport report, Optional<SignerFacts> signer) {
        var passage = reading.track().passage;
        var onFlow =
                passage.egress.equals(Optional.of(reading.flow()))
                        && passage.egressSecurity.map(ChannelSecurity::secure).orElse(false);
        if (!onFlow) {
            return false;
        }
        if (signer.isEmpty()) {
            return !turn.config().assurance().requireSignedNotify();
        }
        return signer.get().status() == SignerFacts.Status.VALID
                && report.hops().stream().anyMatch(h -> speaksFor(signer.get(), h.hop()));
    }

    /// POL-65: one element by two names if one certificate has both.
    private static boolean same(Optional<SignerFacts> signer, Hop hop, Hop other) {
        return signer.filter(s -> speaksFor(s, hop) && speaksFor(s, other)).isPresent();
    }

    private static boolean speaksFor(SignerFacts signer, Hop hop) {
        return signer.identities().stream()
                .map(i -> i.startsWith("sip:") ? i.substring(4) : i)
                .anyMatch(i -> i.equalsIgnoreCase(hop.host()));
    }

    /// Octets of evidence.
    long evidence() {
        return evidence;
    }

    int deafFlows() {
        return deaf.size();
    }

    int size() {
        return readings.size() + makings.size() + notifies.size();
    }
}
