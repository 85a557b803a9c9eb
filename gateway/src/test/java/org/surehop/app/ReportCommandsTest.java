package org.surehop.app;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.surehop.adapter.journal.Journal;
import org.surehop.core.gateway.Snapshot;
import org.surehop.core.gateway.Status;
import org.surehop.core.report.CallKey;
import org.surehop.core.report.CallRecord;
import org.surehop.core.report.JsonText;
import org.surehop.core.report.Notice;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.PartHealth;
import org.surehop.core.report.Reason;
import org.surehop.core.report.Severity;
import org.surehop.core.sip.CallId;
import org.surehop.core.sip.Leg;
import org.surehop.core.sip.Method;

/// `status`, `events` and `explain` beside a gateway that writes.
class ReportCommandsTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    @TempDir Path directory;

    @Test
    void explainDrawsTheLadderAndSaysWhy() throws Exception {
        try (var journal = journal()) {
            journal.record(story("abc\u001b[31m@example.net"));
            tell(journal, "abc\u001b[31m@example.net", NoticeKind.PINHOLE_CLOSE);
            var told = run("explain", "abc");
            assertEquals(0, told.exit(), told.err());
            for (var expected :
                    List.of(
                            "Call abc\\u{1b}[31m@example.net",
                            "12:00:00.000 |- INVITE sip:b@example.net------->|" + blank() + "|",
                            "12:00:00.020 |" + blank() + "|- INVITE sip:b@example.net------->|",
                            "12:00:01.000 |" + blank() + "|<-------------------------200 OK -|",
                            "Verdict (asserted by hops): ASSURED: every hop on the path asserted",
                            "  because every hop in Hop-Record asserted TLS",
                            "   1. p.example.net:5061  complied",
                            "  udp 10.0.0.1:4000: closed, 50 packets, 8000 octets",
                            "pinhole.close  reason=none",
                            "packets=50")) {
                assertTrue(told.out().contains(expected), expected + "\nnot in\n" + told.out());
            }
            assertFalse(told.out().contains("\u001b"), "no escape reaches the terminal");
            assertFalse(told.out().contains("proven"));
        }
    }

    private static String blank() {
        return " ".repeat(34);
    }

    @Test
    void explainAsksBackWhenSeveralCallsBeginSo() throws Exception {
        try (var journal = journal()) {
            journal.record(story("abc1"));
            journal.record(story("abc2"));
        }
        var several = run("explain", "abc");
        assertEquals(Main.FAILED, several.exit());
        assertTrue(several.err().contains("abc1") && several.err().contains("abc2"));
        assertEquals(0, run("explain", "abc2").exit());
        assertEquals(Main.FAILED, run("explain", "none").exit());
    }

    @Test
    void eventsAreFilteredAndNeverCarryAnEscape() throws Exception {
        try (var journal = journal()) {
            tell(journal, "a\u001b]0;x\u0007", NoticeKind.VERDICT);
            tell(journal, "b", NoticeKind.PINHOLE_OPEN);
            tell(journal, "c", NoticeKind.PINHOLE_CLOSE);
        }
        assertEquals(3, run("events").out().lines().count());
        assertFalse(run("events").out().contains("\u001b"));
        assertEquals(2, run("events", "--kind", "pinhole").out().lines().count());
        assertEquals(1, run("events", "--call", "b").out().lines().count());
        assertEquals(1, run("events", "--last", "1").out().lines().count());
        assertEquals(0, run("events", "--since", "2026-03-01T12:00:01Z").out().lines().count());
        assertEquals(3, run("events", "--since", "9999d").out().lines().count());
        assertEquals(Main.WRONG_INPUT, run("events", "--since", "yesterday").exit());
        var json = run("events", "--json").out().lines().toList();
        var first = (Map<?, ?>) JsonText.read(json.getFirst());
        assertEquals("a\u001b]0;x\u0007", first.get("callId"));
        assertEquals(1L, first.get("seq"));
    }

    @Test
    void eventsFollowWhatComes() throws Exception {
        try (var journal = journal()) {
            tell(journal, "early", NoticeKind.VERDICT);
            var out = new StringWriter();
            var follower =
                    Thread.ofPlatform()
                            .start(
                                    () ->
                                            Main.run(
                                                    new PrintWriter(out, true),
                                                    new PrintWriter(out, true),
                                                    "events",
                                                    "--follow",
                                                    "--journal",
                                                    file().toString()));
            await().until(() -> out.toString().contains("call=early"));
            tell(journal, "late", NoticeKind.VERDICT);
            await().until(() -> out.toString().contains("call=late"));
            follower.interrupt();
            follower.join(Duration.ofSeconds(5));
            assertFalse(follower.isAlive());
        }
    }

    @Test
    void statusNamesEachPartAndSaysWhenTheGatewayIsGone() throws Exception {
        assertTrue(run("status").err().contains("cannot be read"));
        try (var journal = journal()) {
            var early = run("status");
            assertEquals(Main.FAILED, early.exit());
            journal.status(status(InstantSource.system().instant(), PartHealth.State.UP));
            await().until(() -> run("status").exit() == 0);
            var up = run("status").out();
            for (var part : List.of("gw-1 (gw.example.net)", "sip", "up, fine", "ASSURED")) {
                assertTrue(up.contains(part), part + "\nnot in\n" + up);
            }
            assertTrue(up.contains("waits for mqtt"), up);
        }
        try (var journal = journal()) {
            journal.status(status(NOW, PartHealth.State.DOWN));
        }
        var old = run("status");
        assertEquals(Main.FAILED, old.exit());
        assertTrue(old.out().contains("the gateway does not run here"), old.out());
        assertTrue(JsonText.read(run("status", "--json").out().strip()) instanceof Map);
    }

    @Test
    void journalThatIsNoneIsToldInOneSentence() throws Exception {
        Files.writeString(file(), "no database at all, ".repeat(100));
        var told = run("events");
        assertEquals(Main.WRONG_INPUT, told.exit());
        assertEquals(
                "journal.path: " + file() + " is no intact journal: move it away.",
                told.err().strip());
    }

    private record Told(int exit, String out, String err) {}

    private Told run(String command, String... rest) {
        var line = new ArrayList<>(List.of(command, "--journal", file().toString()));
        line.addAll(List.of(rest));
        var out = new StringWriter();
        var err = new StringWriter();
        var exit =
                Main.run(
                        new PrintWriter(out, true),
                        new PrintWriter(err, true),
                        line.toArray(String[]::new));
        return new Told(exit, out.toString(), err.toString());
    }

    private Path file() {
        return directory.resolve("journal.db");
    }

    private Journal journal() throws Exception {
        return Journal.open(
                new Journal.Settings(
                        file(), Duration.ofDays(1), 1000, 100, Set.of("mqtt"), "boot-1"),
                InstantSource.fixed(NOW));
    }

    private static void tell(Journal journal, String callId, NoticeKind kind) {
        var before = journal.noticesByKind().values().stream().mapToLong(n -> n).sum();
        var key = new CallKey(new CallId(callId), "tag", 1, Method.INVITE);
        journal.append(
                new Notice(
                        NOW,
                        kind,
                        Severity.INFO,
                        Optional.of(key),
                        Optional.of(Leg.A),
                        Reason.NONE,
                        Map.of("packets", "50")));
        await().until(
                        () ->
                                journal.noticesByKind().values().stream().mapToLong(n -> n).sum()
                                        > before);
    }

    private static CallRecord story(String callId) {
        var facts = new LinkedHashMap<String, String>();
        facts.put("verdict", "ASSURED");
        facts.put("verdict-reason", "all-hops-attested");
        facts.put("hop:p.example.net:5061", "asserted complied; received TLS");
        facts.put("pinhole:udp 10.0.0.1:4000", "closed, 50 packets, 8000 octets");
        facts.put("ingress", "TLSv1.3\u001b[2J");
        return new CallRecord(
                new CallKey(new CallId(callId), "tag", 1, Method.INVITE),
                NOW,
                NOW.plusSeconds(9),
                true,
                facts,
                List.of(
                        new CallRecord.LadderLine(NOW, "A", "GW", "INVITE sip:b@example.net"),
                        new CallRecord.LadderLine(
                                NOW.plusMillis(20), "GW", "B", "INVITE sip:b@example.net"),
                        new CallRecord.LadderLine(NOW.plusMillis(500), "GW", "GW", "rules on"),
                        new CallRecord.LadderLine(NOW.plusSeconds(1), "B", "GW", "200 OK"),
                        new CallRecord.LadderLine(
                                NOW.plusSeconds(2), "A", "B", "x\u001b[2J".repeat(50))));
    }

    private static Status status(Instant at, PartHealth.State sip) {
        var snapshot =
                new Snapshot(
                        at,
                        at,
                        1,
                        2,
                        3,
                        Map.of("tls.handshakes", 4L),
                        Map.of("ASSURED", 5L),
                        Map.of(Reason.SILENT_HOP, 6L),
                        List.of());
        return new Status(
                new Status.Box("gw-1", "gw.example.net", "0.1.0", "boot-1"),
                snapshot,
                List.of(new PartHealth(PartHealth.Part.SIP, sip, "fine")),
                Map.of(NoticeKind.VERDICT, 1L),
                List.of());
    }
}
