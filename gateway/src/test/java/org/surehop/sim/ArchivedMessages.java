package org.surehop.sim;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.surehop.core.archive.Outcome;
import org.surehop.core.config.Archive;
import org.surehop.core.config.Messages;
import org.surehop.core.config.Services;
import org.surehop.core.disclosure.BodyFacts;
import org.surehop.core.disclosure.BodyFacts.Obstacle;
import org.surehop.core.disclosure.DisclosedPart;
import org.surehop.core.disclosure.SignerFacts.Status;
import org.surehop.core.gateway.Deadline;
import org.surehop.core.gateway.Effect;
import org.surehop.core.gateway.Entropy;
import org.surehop.core.gateway.Event;
import org.surehop.core.gateway.Gateway;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.ChannelSecurity;
import org.surehop.core.sip.ConnectionId;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Inbound;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.Side;
import org.surehop.core.sip.Via;
import org.surehop.testing.Changed;

/// The core under messages that must be archived, with readers, disks and far ends that fail, are
/// late or never answer. All of it follows from the seed.
final class ArchivedMessages {
    private static final Method MESSAGE = new Method("MESSAGE");
    private static final Set<Reading> GOOD = EnumSet.of(Reading.GOOD, Reading.LATE);

    enum Reading {
        GOOD,
        OPAQUE,
        FORGED,
        BUSY,
        LATE,
        NEVER
    }

    enum Writing {
        KEPT,
        FULL,
        FAILED,
        LATE,
        NEVER
    }

    enum FarEnd {
        TAKES,
        REFUSES,
        LATE,
        SILENT
    }

    private final Chance chance;
    private final Archive.OnFailure policy;
    private final Map<String, Integer> tally;
    private final Gateway gateway;
    private final TreeMap<Instant, TreeMap<Long, Runnable>> agenda = new TreeMap<>();
    private final Map<Deadline, Instant> deadlines = new HashMap<>();
    private final Map<Integer, Fate> fates = new HashMap<>();
    private final Map<Long, Fate> entries = new HashMap<>();
    private Instant now = Instant.parse("2030-01-01T00:00:00Z");
    private long drawn;
    private long steps;

    /// What is in store for one message, and what came of it.
    private static final class Fate {
        final Reading reading;
        final Writing writing;
        final FarEnd farEnd;
        boolean kept;
        boolean notKept;
        boolean left;
        int answered;
        Optional<Outcome> outcome = Optional.empty();

        Fate(Chance chance) {
            reading = chance.mostly(3, Reading.GOOD, Reading.values());
            writing = chance.mostly(3, Writing.KEPT, Writing.values());
            farEnd = chance.mostly(3, FarEnd.TAKES, FarEnd.values());
        }

        @Override
        public String toString() {
            return reading + " " + writing + " " + farEnd + " answered " + answered + " " + outcome;
        }
    }

    ArchivedMessages(long seed, Archive.OnFailure policy, Map<String, Integer> tally) {
        this.chance = new Chance(seed);
        this.policy = policy;
        this.tally = tally;
        var archive = new Archive(true, "a", "a.pem", policy, Duration.ofDays(1), 1_000, 1_000);
        var config =
                Changed.with(
                        new SimSettings(true, false, 1_000, 32).config(),
                        "services",
                        new Services(Messages.INSPECT, archive));
        this.gateway = new Gateway(config, Octets.copyOf(new byte[] {48, 0}), now);
    }

    private static Inbound inbound(long number, String domain, String address, Side side) {
        return new Inbound(
                new ConnectionId(number),
                new ChannelSecurity.Tls(
                        "TLSv1.3",
                        "TLS_AES_256_GCM_SHA384",
                        ChannelSecurity.Authentication.MUTUAL,
                        List.of(domain),
                        "00"),
                new InetSocketAddress(InetAddress.ofLiteral(address), 5061),
                side);
    }

    /// So many messages, and then nothing any more.
    void run(int messages) {
        for (int i = 0; i < messages; i++) {
            var number = i;
            fates.put(number, new Fate(chance));
            at(chance.between(0, messages * 50L), () -> send(number));
        }
        for (var due = agenda.pollFirstEntry(); due != null; due = agenda.pollFirstEntry()) {
            now = due.getKey();
            due.getValue().values().forEach(Runnable::run);
        }
        fates.forEach(this::atRest);
        gateway.remembered()
                .forEach((table, size) -> Invariant.NO_LEAK.require(size == 0, table, size));
        Invariant.NO_LEAK.require(deadlines.isEmpty(), deadlines);
    }

    private void atRest(int number, Fate fate) {
        Invariant.ENTRY_LEARNS_ITS_OUTCOME.require(
                fate.kept == fate.outcome.isPresent(), number, fate);
        fate.outcome.ifPresent(
                outcome -> {
                    Invariant.ENTRY_LEARNS_ITS_OUTCOME.require(outcome == due(fate), number, fate);
                    tally.merge(outcome.name(), 1, Integer::sum);
                });
        Invariant.ARCHIVED_BEFORE_IT_LEAVES.require(
                fate.left || fate.answered >= 400, "neither sent nor refused", number, fate);
        tally.merge("answered " + fate.answered, 1, Integer::sum);
    }

    private static Outcome due(Fate fate) {
        if (!fate.left || fate.farEnd == FarEnd.REFUSES) {
            return Outcome.REFUSED;
        }
        return fate.answered == 200 ? Outcome.DELIVERED : Outcome.UNKNOWN;
    }

    private void at(long millis, Runnable what) {
        agenda.computeIfAbsent(now.plusMillis(millis), _ -> new TreeMap<>()).put(++steps, what);
    }

    private void happen(Event event) {
        drawn += 2;
        gateway.handle(event, new Entropy(drawn, drawn + 1)).forEach(this::perform);
    }

    private void send(int number) {
        var inner = SimMessages.user("a", number, "in0.inside.example");
        var outer = SimMessages.user("b", number, "out0.example");
        var inside = number % 2 == 0;
        var here = inside ? "in0.inside.example" : "out0.example";
        var message =
                SimMessages.request(
                                MESSAGE,
                                number,
                                NameAddr.of(inside ? inner : outer).withTag("from" + number),
                                NameAddr.of(inside ? outer : inner))
                        .toBuilder()
                        .vias(List.of(Via.tls("ua." + here, 0, "z9hG4bKm" + number)))
                        .body(body(Integer.toString(number)))
                        .build();
        happen(new Event.RequestReceived(now, from(inside), message));
    }

    private static Inbound from(boolean inside) {
        return inside
                ? inbound(1, "in0.inside.example", "10.255.0.1", Side.INSIDE)
                : inbound(2, "out0.example", "20.255.0.1", Side.OUTSIDE);
    }

    private static Body body(String text) {
        return new Body(
                List.of(new Header("Content-Type", "text/plain")),
                Octets.copyOf(text.getBytes(StandardCharsets.US_ASCII)));
    }

    private void perform(Effect effect) {
        switch (effect) {
            case Effect.ReadMessage read -> read(read);
            case Effect.KeepEntry keep -> keep(keep);
            case Effect.SettleEntry(var number, var outcome) -> settled(number, outcome);
            case Effect.SendRequest(var key, _, var request) -> {
                var number = SimMessages.number(request.callId());
                var there = from(number % 2 != 0);
                leaves(number, request);
                at(
                        0,
                        () ->
                                happen(
                                        new Event.RequestSent(
                                                now, key, there.connection(), there.security())));
                answer(fate(number), there, request);
            }
            case Effect.SendResponse(_, var response, _) -> answered(response);
            case Effect.SetDeadline(var deadline, var when) -> {
                deadlines.put(deadline, when);
                at(Duration.between(now, when).toMillis(), () -> due(deadline, when));
            }
            case Effect.CancelDeadline(var deadline) -> deadlines.remove(deadline);
            default -> {}
        }
    }

    private void due(Deadline deadline, Instant when) {
        if (deadlines.remove(deadline, when)) {
            happen(new Event.DeadlineReached(now, deadline));
        }
    }

    private Fate fate(int number) {
        return java.util.Objects.requireNonNull(fates.get(number), "a message of this world");
    }

    private void read(Effect.ReadMessage effect) {
        var number = Integer.parseInt(text(effect.body()));
        var fate = fate(number);
        var delay = fate.reading == Reading.LATE ? 7_000 : 5_000;
        if (fate.reading != Reading.NEVER) {
            at(
                    chance.between(1, delay),
                    () ->
                            happen(
                                    new Event.MessageRead(
                                            now,
                                            effect.task(),
                                            facts(fate.reading),
                                            sealed(fate, number),
                                            1)));
        }
    }

    private static String text(Body body) {
        return new String(body.octets().toArray(), StandardCharsets.US_ASCII);
    }

    private static Octets sealed(Fate fate, int number) {
        return GOOD.contains(fate.reading) ? body(Integer.toString(number)).octets() : Octets.NONE;
    }

    private static BodyFacts facts(Reading reading) {
        var forged = List.of(SimCms.signed("x", Status.DIGEST_OR_SIGNATURE_WRONG));
        return switch (reading) {
            case GOOD, LATE -> facts(List.of());
            case FORGED -> facts(forged);
            case OPAQUE -> new BodyFacts(List.of(), Set.of(Obstacle.NOT_A_RECIPIENT));
            case BUSY, NEVER -> new BodyFacts(List.of(), Set.of(Obstacle.BUSY));
        };
    }

    private static BodyFacts facts(List<org.surehop.core.disclosure.SignerFacts> signers) {
        var part = new DisclosedPart("text/plain", "", Octets.NONE, signers, true);
        return new BodyFacts(List.of(part), Set.of());
    }

    private void keep(Effect.KeepEntry effect) {
        var number = Integer.parseInt(text(new Body(List.of(), effect.sealed())));
        var fate = fate(number);
        Invariant.ARCHIVED_BEFORE_IT_LEAVES.require(!fate.left, number, fate);
        var delay = chance.between(1, fate.writing == Writing.LATE ? 9_000 : 100);
        switch (fate.writing) {
            case KEPT, LATE ->
                    at(
                            delay,
                            () -> {
                                fate.kept = true;
                                entries.put((long) number, fate);
                                happen(new Event.EntryKept(now, effect.task(), number));
                            });
            case FULL -> at(delay, () -> lost(fate, effect, Reason.ARCHIVE_FULL));
            case FAILED -> at(delay, () -> lost(fate, effect, Reason.ARCHIVE_FAILED));
            case NEVER -> {}
        }
    }

    private void lost(Fate fate, Effect.KeepEntry effect, Reason reason) {
        fate.notKept = true;
        happen(new Event.EntryNotKept(now, effect.task(), reason));
    }

    /// What must be archived before it goes on is archived, or it does not go on.
    private void leaves(int number, Request request) {
        var fate = fate(number);
        var lawful = fate.kept || (policy == Archive.OnFailure.PASS && fate.notKept);
        Invariant.ARCHIVED_BEFORE_IT_LEAVES.require(
                lawful && GOOD.contains(fate.reading), number, fate, request);
        fate.left = true;
        tally.merge(fate.kept ? "left archived" : "left unarchived", 1, Integer::sum);
    }

    private void settled(long number, Outcome outcome) {
        var fate = entries.get(number);
        Invariant.ENTRY_LEARNS_ITS_OUTCOME.require(
                fate != null && fate.outcome.isEmpty(), number, outcome);
        java.util.Objects.requireNonNull(fate).outcome = Optional.of(outcome);
    }

    private void answer(Fate fate, Inbound there, Request request) {
        var delay = chance.between(1, fate.farEnd == FarEnd.LATE ? 60_000 : 2_000);
        var status = fate.farEnd == FarEnd.REFUSES ? 480 : 200;
        if (fate.farEnd != FarEnd.SILENT) {
            var response = SimMessages.response(request, status, "to");
            at(delay, () -> happen(new Event.ResponseReceived(now, there, response)));
        }
    }

    private void answered(Response response) {
        if (response.status().value() < 200) {
            return;
        }
        var fate = fate(SimMessages.number(response.callId()));
        Invariant.ONE_FINAL_RESPONSE.require(fate.answered == 0, fate, response);
        fate.answered = response.status().value();
    }
}
