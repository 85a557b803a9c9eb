package org.surehop.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.surehop.core.report.Notice;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.report.Severity;

/// The box saves its logs when the gateway tells something grave, and only then.
class AlarmTest {
    @TempDir Path directory;

    @ParameterizedTest
    @EnumSource(Severity.class)
    void rings(Severity severity) {
        var alarm = new Alarm(file());
        alarm.hear(notice(severity));
        alarm.look();
        var grave = severity == Severity.MAJOR || severity == Severity.CRITICAL;
        assertEquals(grave, Files.exists(file()));
    }

    @Test
    void ringsAgainWhenItWasHeard() throws Exception {
        var alarm = new Alarm(file());
        alarm.hear(notice(Severity.CRITICAL));
        alarm.look();
        Files.delete(file());
        alarm.look();
        assertEquals(false, Files.exists(file()));
        alarm.hear(notice(Severity.CRITICAL));
        alarm.look();
        alarm.hear(notice(Severity.CRITICAL));
        alarm.look();
        assertEquals(true, Files.exists(file()));
    }

    private Path file() {
        return directory.resolve("alarm");
    }

    private static Notice notice(Severity severity) {
        return new Notice(
                Instant.EPOCH,
                NoticeKind.HEALTH_LOST,
                severity,
                Optional.empty(),
                Optional.empty(),
                Reason.NONE,
                Map.of());
    }
}
