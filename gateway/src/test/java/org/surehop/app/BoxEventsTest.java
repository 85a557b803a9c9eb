package org.surehop.app;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.surehop.core.report.Notice;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.report.Severity;

/// What the box leaves in its directory becomes events, each once and in order.
class BoxEventsTest {
    private static final String TIME = "2026-03-01T12:00:00Z";

    @TempDir Path directory;

    @Test
    void readsTimeKindReasonAndDetail() {
        var read = BoxEvents.parse(TIME + " update.refused update-too-old version 0.1.0").get();
        assertEquals(NoticeKind.UPDATE_REFUSED, read.kind());
        assertEquals(Reason.UPDATE_TOO_OLD, read.reason());
        assertEquals(Severity.WARNING, read.severity());
        assertEquals(TIME, read.at().toString());
        assertEquals(Map.of("detail", "version 0.1.0"), read.details());
    }

    @Test
    void tellsApartWhatWasNeverConfirmedAndWhatWasOnce() {
        var never = BoxEvents.parse(TIME + " update.failed never-confirmed x").get();
        var once = BoxEvents.parse(TIME + " box.health-lost once-confirmed x").get();
        assertEquals(Reason.NEVER_CONFIRMED, never.reason());
        assertEquals(Reason.ONCE_CONFIRMED, once.reason());
        assertEquals(Severity.CRITICAL, once.severity());
    }

    @Test
    void tellsOfThePageForTheFirstStart() {
        var refused = BoxEvents.parse(TIME + " auth.refused none ten wrong setup codes").get();
        assertEquals(NoticeKind.CREDENTIALS_REFUSED, refused.kind());
        assertEquals(Severity.WARNING, refused.severity());
        var taken = BoxEvents.parse(TIME + " config.changed none by the setup page").get();
        assertEquals(NoticeKind.CONFIG_CHANGED, taken.kind());
        assertEquals(Severity.INFO, taken.severity());
    }

    /// The box speaks of itself alone: a verdict on a call is not its to tell.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "update.refused",
                TIME + " update.refused",
                "yesterday update.refused none",
                TIME + " e2e-sec.verdict all-hops-attested ASSURED",
                TIME + " no.such-kind none x"
            })
    void takesNothingElse(String line) {
        assertTrue(BoxEvents.parse(line).isEmpty());
    }

    @Test
    void cutsWhatIsLongAndShowsNoControlCharacters() {
        var read = BoxEvents.parse(TIME + " box.reset none \u001b[2J" + "x".repeat(2000)).get();
        var detail = read.details().getOrDefault("detail", "");
        assertTrue(detail.length() <= 310 && detail.indexOf('\u001b') < 0, detail);
    }

    @Test
    void tellsEachOnceAndInOrderAlsoAfterARestart() throws Exception {
        var box = Files.createDirectory(directory.resolve("events"));
        var memory = directory.resolve("told");
        leave(box, 2, "update.installed none second");
        leave(box, 1, "update.installing none first");
        Files.writeString(box.resolve("not-a-number"), TIME + " box.reset none x");
        var heard = new CopyOnWriteArrayList<Notice>();
        try (var _ = BoxEvents.watch(box, memory, heard::add)) {
            await().until(() -> heard.size() == 2);
            leave(box, 10, "update.confirmed none third");
            await().until(() -> heard.size() == 3 && Files.exists(memory));
            await().until(() -> Files.readString(memory).strip().endsWith("10"));
        }
        assertEquals(List.of("first", "second", "third"), details(heard));
        heard.clear();
        leave(box, 11, "update.failed never-confirmed fourth");
        try (var _ = BoxEvents.watch(box, memory, heard::add)) {
            await().until(() -> !heard.isEmpty());
            await().during(Duration.ofMillis(1500)).until(() -> heard.size() == 1);
        }
        assertEquals(List.of("fourth"), details(heard));
    }

    private static List<String> details(List<Notice> notices) {
        return notices.stream().map(n -> n.details().getOrDefault("detail", "")).toList();
    }

    private static void leave(Path box, int number, String rest) throws Exception {
        Files.writeString(box.resolve("%020d".formatted(number)), TIME + " " + rest + "\n");
    }
}
