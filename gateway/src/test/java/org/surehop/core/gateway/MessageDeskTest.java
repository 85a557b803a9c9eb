package org.surehop.core.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.surehop.core.archive.Outcome;
import org.surehop.core.config.Archive;
import org.surehop.core.config.Messages;
import org.surehop.core.config.Services;
import org.surehop.core.disclosure.BodyFacts;
import org.surehop.core.disclosure.BodyFacts.Obstacle;
import org.surehop.core.disclosure.DisclosedPart;
import org.surehop.core.disclosure.SignerFacts;
import org.surehop.core.disclosure.SignerFacts.Status;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Side;
import org.surehop.core.sip.SipUri;
import org.surehop.sim.SimSettings;
import org.surehop.testing.Changed;

/// Messages that are read and archived (RFC 4189 §2.1, §2.2.1).
class MessageDeskTest {
    private static final Octets SEALED = Octets.copyOf(new byte[] {1, 2, 3});

    private static Scene scene(Messages messages, Archive archive) {
        return new Scene(
                Changed.with(
                        new SimSettings(true, false, 100, 32).config(),
                        "services",
                        new Services(messages, archive)));
    }

    private static Archive archive(Archive.OnFailure onFailure) {
        return new Archive(true, "a", "a.pem", onFailure, Duration.ofDays(1), 10, 10);
    }

    private final Scene scene = scene(Messages.INSPECT, archive(Archive.OnFailure.REFUSE));

    private static Request message(String id) {
        var body =
                new Body(
                        List.of(new Header("Content-Type", "text/plain")),
                        Octets.copyOf("hello".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        return Scene.request("MESSAGE", id).toBuilder().body(body).build();
    }

    private static <E extends Effect> E only(Scene scene, Class<E> type) {
        var found = scene.effects.stream().filter(type::isInstance).map(type::cast).toList();
        assertEquals(1, found.size(), type.getSimpleName());
        return found.getFirst();
    }

    private static boolean none(Scene scene, Class<? extends Effect> type) {
        return scene.effects.stream().noneMatch(type::isInstance);
    }

    private static BodyFacts facts(List<SignerFacts> signers, Obstacle... obstacles) {
        var part = new DisclosedPart("text/plain", "", Octets.NONE, signers, true);
        return new BodyFacts(List.of(part), Set.of(obstacles));
    }

    private static SignerFacts signer(String name, Status status) {
        return new SignerFacts(List.of(name), "ab", status, Optional.empty());
    }

    private static void read(Scene scene, BodyFacts facts) {
        var task = only(scene, Effect.ReadMessage.class).task();
        var sealed = facts.obstacles().isEmpty() ? SEALED : Octets.NONE;
        scene.take(new Event.MessageRead(Instant.EPOCH, task, facts, sealed, 1));
    }

    private static void kept(Scene scene, long number) {
        var task = only(scene, Effect.KeepEntry.class).task();
        scene.take(new Event.EntryKept(Instant.EPOCH, task, number));
    }

    @Test
    void isOnTheDiskBeforeItGoesOnAndLearnsHowItFared() {
        scene.fromCaller(message("m1"));
        read(scene, facts(List.of(signer("sip:alice@in0.inside.example", Status.VALID))));
        assertTrue(scene.silentToCallee(), "nothing may leave before the entry is kept");
        var keep = only(scene, Effect.KeepEntry.class);
        assertEquals(SEALED, keep.sealed());
        assertEquals("sip:alice@in0.inside.example", keep.slip().sender());
        assertEquals(Side.INSIDE, keep.slip().from());
        kept(scene, 7);
        var seen = scene.atCallee("MESSAGE");
        assertTrue(none(scene, Effect.SettleEntry.class));
        scene.answers(seen, 200, b -> b);
        scene.callerGets(200);
        assertEquals(
                new Effect.SettleEntry(7, Outcome.DELIVERED),
                only(scene, Effect.SettleEntry.class));
    }

    @Test
    void contentOfARefusedMessageGoesAndOfAnUnansweredOneStays() {
        scene.fromCaller(message("m2"));
        read(scene, facts(List.of()));
        kept(scene, 1);
        scene.answers(scene.atCallee("MESSAGE"), 403, b -> b);
        assertEquals(Outcome.REFUSED, only(scene, Effect.SettleEntry.class).outcome());

        var other = scene(Messages.INSPECT, archive(Archive.OnFailure.REFUSE));
        other.fromCaller(message("m3"));
        read(other, facts(List.of()));
        kept(other, 1);
        other.atCallee("MESSAGE");
        other.pass(Duration.ofSeconds(40));
        assertEquals(Outcome.UNKNOWN, only(other, Effect.SettleEntry.class).outcome());
    }

    @Test
    void nothingIsArchivedUnderASignatureInDoubt() {
        for (var status : Status.values()) {
            var doubtful = scene(Messages.INSPECT, archive(Archive.OnFailure.PASS));
            doubtful.fromCaller(message("m4"));
            var name = status == Status.VALID ? "sip:eve@in0.inside.example" : "sip:alice@x";
            read(doubtful, facts(List.of(signer(name, status))));
            doubtful.callerGets(403);
            assertTrue(none(doubtful, Effect.KeepEntry.class), status.name());
            assertEquals(1, doubtful.notices(NoticeKind.BAD_SIGNATURE).size());
            assertTrue(doubtful.silentToCallee());
        }
    }

    @Test
    void whatCannotBeReadIsRefusedAndTeachesHowToBeRead() {
        scene.fromCaller(message("m5"));
        read(scene, facts(List.of(), Obstacle.NOT_A_RECIPIENT));
        var answer = scene.callerGets(496);
        assertEquals("application/pkix-cert", answer.body().mediaType());
        assertTrue(answer.header("Warning").orElseThrow().contains("'text/plain'"));
        assertTrue(none(scene, Effect.KeepEntry.class));
        assertTrue(scene.silentToCallee());
    }

    @Test
    void outgoingAsksOnlyThoseInsideToBeReadable() {
        var outgoing = scene(Messages.OUTGOING, Archive.OFF);
        outgoing.fromCaller(message("m6"));
        read(outgoing, facts(List.of(), Obstacle.NOT_A_RECIPIENT));
        outgoing.callerGets(496);
        outgoing.effects.clear();

        var back = message("m7");
        outgoing.fromCallee(
                back.toBuilder().uri(back.from().uri()).from(back.to().withTag("b")).build());
        read(outgoing, facts(List.of(), Obstacle.NOT_A_RECIPIENT));
        outgoing.atCallee("MESSAGE");
        var told = outgoing.notices(NoticeKind.UNDECIPHERABLE).getFirst();
        assertEquals("passed on", told.details().get("detail"));
    }

    @Test
    void aFullArchiveRefusesOrPassesAsConfiguredAndIsTold() {
        scene.fromCaller(message("m8"));
        read(scene, facts(List.of()));
        var task = only(scene, Effect.KeepEntry.class).task();
        scene.take(new Event.EntryNotKept(Instant.EPOCH, task, Reason.ARCHIVE_FULL));
        assertTrue(scene.callerGets(500).header("Warning").orElseThrow().contains("archive-full"));
        assertEquals(1, scene.notices(NoticeKind.ARCHIVE_FAILED).size());
        assertTrue(scene.silentToCallee());

        var lenient = scene(Messages.INSPECT, archive(Archive.OnFailure.PASS));
        lenient.fromCaller(message("m9"));
        read(lenient, facts(List.of()));
        task = only(lenient, Effect.KeepEntry.class).task();
        lenient.take(new Event.EntryNotKept(Instant.EPOCH, task, Reason.ARCHIVE_FAILED));
        lenient.atCallee("MESSAGE");
        assertEquals(1, lenient.notices(NoticeKind.ARCHIVE_FAILED).size());
    }

    @Test
    void anEntryThatComesAfterItsMessageWasGivenUpIsTakenBack() {
        scene.fromCaller(message("m10"));
        read(scene, facts(List.of()));
        scene.pass(Duration.ofSeconds(6));
        scene.callerGets(500);
        kept(scene, 3);
        assertEquals(
                new Effect.SettleEntry(3, Outcome.REFUSED), only(scene, Effect.SettleEntry.class));
        scene.pass(Duration.ofMinutes(2));
        scene.nothingIsRemembered();
    }

    /// Whom a 496 would teach how to write, OPTIONS tells beforehand (REQ-GEN-4).
    @Test
    void optionsTellWhoseMessagesMustBeReadable() {
        var outgoing = scene(Messages.OUTGOING, Archive.OFF);
        var options =
                Scene.request("OPTIONS", "self").toBuilder()
                        .uri(SipUri.of("", "gw.example.com", 0))
                        .add("Accept", "application/pkix-cert")
                        .build();
        outgoing.fromCaller(options);
        var told = outgoing.callerGets(200);
        assertTrue(told.headers("Warning").toString().contains("'text/plain'"));
        outgoing.effects.clear();

        var quiet = scene(Messages.REPORT, Archive.OFF);
        quiet.fromCaller(options);
        assertFalse(quiet.callerGets(200).headers("Warning").toString().contains("text/plain"));
    }

    @Test
    void withoutAPolicyNobodyLooks() {
        var quiet = scene(Messages.PASS, Archive.OFF);
        quiet.fromCaller(message("m11"));
        quiet.atCallee("MESSAGE");
        assertTrue(none(quiet, Effect.ReadMessage.class));
        assertFalse(none(quiet, Effect.SendRequest.class));
    }

    @Test
    void aSignatureThatPolicyAsksForIsAskedFor() {
        var base = new SimSettings(true, false, 100, 32).config();
        var demanding = Changed.with(base.disclosure(), "requireSignature", true);
        var config = Changed.with(base, "disclosure", demanding);
        var strict =
                new Scene(
                        Changed.with(
                                config, "services", new Services(Messages.INSPECT, Archive.OFF)));
        strict.fromCaller(message("m12"));
        read(strict, facts(List.of()));
        strict.callerGets(495);
    }
}
