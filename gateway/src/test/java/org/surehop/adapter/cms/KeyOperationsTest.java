package org.surehop.adapter.cms;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.surehop.core.disclosure.BodyFacts.Obstacle;
import org.surehop.core.disclosure.TaskId;
import org.surehop.core.gateway.Effect;
import org.surehop.core.gateway.Event;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Octets;

/// What a body costs is counted, and never more than was allowed (R-SEC-9).
class KeyOperationsTest {
    private static final BodyReader READER = CmsFixtures.reader("gw-ec");
    private static final Body READABLE = CmsFixtures.smime(CmsFixtures.file("n1-ec.der"));

    private static Set<Obstacle> obstacles(Body body, KeyOperations operations) {
        return READER.read(body, List.of(), CmsFixtures.NOW, operations).obstacles();
    }

    @Test
    void countsOneOperationForOneEnvelope() {
        var operations = new KeyOperations(2);

        assertEquals(Set.of(), obstacles(READABLE, operations));
        assertEquals(1, operations.used());
    }

    @Test
    void opensNothingWhenTheSenderMayCauseNothing() {
        var operations = new KeyOperations(0);

        assertEquals(Set.of(Obstacle.OVER_BUDGET), obstacles(READABLE, operations));
        assertEquals(0, operations.used());
    }

    @Test
    void costsNothingWhenNoRecipientIsOurs() {
        var operations = new KeyOperations(2);
        var other = CmsFixtures.smime(CmsFixtures.file("n1-bob-only.der"));

        assertEquals(Set.of(Obstacle.NOT_A_RECIPIENT), obstacles(other, operations));
        assertEquals(0, operations.used());
    }

    @Test
    void opensTwoEnvelopesOfOneBodyAtMost() {
        var operations = new KeyOperations(2);

        obstacles(beside(READABLE, READABLE, READABLE, READABLE), operations);

        assertEquals(2, operations.used());
    }

    // A body whose first part was for us and whose second was nested too deeply was decrypted
    // first and refused afterwards: each such message cost an operation (R-SEC-7).
    @ParameterizedTest
    @ValueSource(ints = {8, 200})
    void looksAtTheWholeSkeletonBeforeItOpensAnything(int depth) {
        var operations = new KeyOperations(2);

        var found = obstacles(beside(READABLE, nested(depth)), operations);

        assertEquals(Set.of(Obstacle.TOO_COMPLEX), found);
        assertEquals(0, operations.used());
    }

    @Test
    void tellsTheCoreWhatItCost() throws Exception {
        var events = new LinkedBlockingQueue<Event>();
        var settings =
                new CmsWorkers.Settings(
                        CmsFixtures.policy(), 65_536, "application/x", CmsFixtures.READING);
        var clock = InstantSource.fixed(CmsFixtures.NOW);
        try (var workers =
                new CmsWorkers(CmsFixtures.keys("gw-ec"), settings, events::offer, clock)) {
            workers.open(new Effect.OpenBody(new TaskId(1), READABLE, List.of(), 2));
            workers.open(new Effect.OpenBody(new TaskId(2), READABLE, List.of(), 0));
            for (int i = 0; i < 2; i++) {
                var opened = assertInstanceOf(Event.BodyOpened.class, events.poll(10, SECONDS));
                assertEquals(opened.task().value() == 1 ? 1 : 0, opened.keyOperations());
            }
        }
    }

    private static Body beside(Body... bodies) {
        var out = new ByteArrayOutputStream();
        for (var body : bodies) {
            write(out, "--x\r\nContent-Type: " + body.contentType() + "\r\n\r\n");
            out.writeBytes(body.octets().toArray());
            write(out, "\r\n");
        }
        write(out, "--x--\r\n");
        return multipart("x", out.toByteArray());
    }

    private static Body nested(int depth) {
        var text = new StringBuilder();
        for (int i = 0; i < depth; i++) {
            text.append("--b").append(i).append("\r\nContent-Type: multipart/mixed; boundary=b");
            text.append(i + 1).append("\r\n\r\n");
        }
        text.append("--b").append(depth).append("\r\n\r\nhello\r\n");
        for (int i = depth; i >= 0; i--) {
            text.append("--b").append(i).append("--\r\n");
        }
        return multipart("b0", text.toString().getBytes(StandardCharsets.US_ASCII));
    }

    private static Body multipart(String boundary, byte[] octets) {
        var type = "multipart/mixed; boundary=" + boundary;
        return new Body(List.of(new Header("Content-Type", type)), Octets.copyOf(octets));
    }

    private static void write(ByteArrayOutputStream out, String text) {
        out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }
}
