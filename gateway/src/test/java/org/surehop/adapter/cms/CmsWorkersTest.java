package org.surehop.adapter.cms;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.surehop.core.disclosure.BodyFacts.Obstacle;
import org.surehop.core.disclosure.SignerFacts.Status;
import org.surehop.core.disclosure.TaskId;
import org.surehop.core.gateway.Effect;
import org.surehop.core.gateway.Event;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Octets;

class CmsWorkersTest {
    private static final String TYPE = "application/e2e-sec-info+xml";
    private static final InstantSource CLOCK = InstantSource.fixed(CmsFixtures.NOW);

    private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final CmsWorkers workers = workers(CLOCK);

    private CmsWorkers workers(InstantSource clock) {
        var settings =
                new CmsWorkers.Settings(CmsFixtures.policy(), 65_536, TYPE, CmsFixtures.READING);
        return new CmsWorkers(CmsFixtures.keys("gw-ec"), settings, events::offer, clock);
    }

    @AfterEach
    void stop() {
        workers.close();
    }

    private <E extends Event> E next(Class<E> type) throws InterruptedException {
        return assertInstanceOf(type, events.poll(10, SECONDS));
    }

    @Test
    void answersWithWhatItRead() throws Exception {
        var body = CmsFixtures.smime(CmsFixtures.file("n11-alice-ec.der"));

        workers.open(new Effect.OpenBody(new TaskId(7), body, List.of()));

        var opened = next(Event.BodyOpened.class);
        assertEquals(new TaskId(7), opened.task());
        assertEquals(CmsFixtures.NOW, opened.at());
        assertEquals(CmsFixtures.sdp(), opened.facts().parts().getFirst().octets());
    }

    @Test
    void makesASignedReportAndReadsItWithItsSigner() throws Exception {
        workers.make(new Effect.MakeHopReport(new TaskId(1), HopReportTest.REPORT));
        var made = next(Event.HopReportMade.class);
        assertEquals("application/pkcs7-mime", made.body().mediaType());

        workers.read(new Effect.ReadHopReport(new TaskId(2), made.body()));

        var read = next(Event.HopReportRead.class);
        assertEquals(HopReportTest.REPORT, read.report());
        var signer = read.signer().orElseThrow();
        assertEquals(Status.VALID, signer.status());
        assertEquals(List.of("gw.example.com"), signer.identities());
    }

    @Test
    void readsAnUnsignedReportAndSaysThatNobodySignedIt() throws Exception {
        workers.read(
                new Effect.ReadHopReport(
                        new TaskId(3), report(HopReportWriter.write(HopReportTest.REPORT))));

        assertEquals(Optional.empty(), next(Event.HopReportRead.class).signer());
    }

    @Test
    void refusesWhatIsNoReport() throws Exception {
        var huge = new byte[HopReportReader.MAX_OCTETS];
        workers.read(new Effect.ReadHopReport(new TaskId(1), report(new byte[] {'<'})));
        assertEquals(Reason.BODY_MALFORMED, next(Event.HopReportRefused.class).reason());
        workers.read(
                new Effect.ReadHopReport(
                        new TaskId(2), CmsFixtures.smime(CmsFixtures.file("n3-alice-ec.der"))));
        assertEquals(Reason.BODY_MALFORMED, next(Event.HopReportRefused.class).reason());
        workers.read(new Effect.ReadHopReport(new TaskId(3), report(huge)));
        assertEquals(Reason.BODY_MALFORMED, next(Event.HopReportRefused.class).reason());
    }

    @Test
    void answersAtOnceWhenTooMuchIsWaiting() throws Exception {
        var go = new CountDownLatch(1);
        InstantSource stuck =
                () -> {
                    if (Thread.currentThread().getName().startsWith("cms-")) {
                        waitFor(go);
                    }
                    return Instant.EPOCH;
                };
        var room = 2 + 2 * CmsWorkers.QUEUE_PER_WORKER;
        try (var busy = workers(stuck)) {
            var body = CmsFixtures.smime(new byte[] {0});
            for (int i = 0; i < room; i++) {
                busy.open(new Effect.OpenBody(new TaskId(i), body, List.of()));
            }
            assertTrue(events.isEmpty());

            busy.open(new Effect.OpenBody(new TaskId(9_001), body, List.of()));
            busy.read(new Effect.ReadHopReport(new TaskId(9_002), body));
            busy.make(new Effect.MakeHopReport(new TaskId(9_003), HopReportTest.REPORT));

            assertEquals(Set.of(Obstacle.BUSY), next(Event.BodyOpened.class).facts().obstacles());
            assertEquals(Reason.QUEUE_FULL, next(Event.HopReportRefused.class).reason());
            assertEquals(new TaskId(9_003), next(Event.HopReportRefused.class).task());
            busy.sign(new Effect.SignBody(new TaskId(9_004), body));
            assertEquals(Optional.empty(), next(Event.BodySigned.class).body());
            assertEquals(4, busy.refusedBusy());
            go.countDown();
            await().until(() -> events.size() == room);
        }
    }

    @Test
    void signsAnEntityThatItsReaderThenTrusts() throws Exception {
        var entity =
                new Body(
                        List.of(new Header("Content-Type", "application/sdp")),
                        Octets.copyOf("v=0\r\n".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        workers.sign(new Effect.SignBody(new TaskId(4), entity));
        var made = next(Event.BodySigned.class);
        assertEquals(new TaskId(4), made.task());
        var signed = made.body().orElseThrow();
        assertEquals("multipart/signed", signed.mediaType());

        workers.open(new Effect.OpenBody(new TaskId(5), signed, List.of()));

        var part = next(Event.BodyOpened.class).facts().parts().getFirst();
        assertEquals(entity.octets(), part.octets());
        assertEquals(Status.VALID, part.signers().getFirst().status());
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            assertTrue(latch.await(30, SECONDS));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void offersItsCertificateForA496() throws Exception {
        var der = CmsFixtures.certificate("gw-ec").getEncoded();

        assertEquals(Octets.copyOf(der), workers.certificate());
        assertFalse(workers.certificate().isEmpty());
    }

    private static Body report(byte[] xml) {
        return new Body(List.of(new Header("Content-Type", TYPE)), Octets.copyOf(xml));
    }

    @Test
    void readsTheReportOfAnyHopWhoseTextIsPlainUtf8() throws Exception {
        var xml =
                new String(HopReportWriter.write(HopReportTest.REPORT), StandardCharsets.UTF_8)
                        .replaceFirst("<\\?xml.*?\\?>", "\uFEFF");
        workers.read(
                new Effect.ReadHopReport(
                        new TaskId(4), report(xml.substring(1).getBytes(StandardCharsets.UTF_8))));

        assertEquals(HopReportTest.REPORT, next(Event.HopReportRead.class).report());
    }
}
