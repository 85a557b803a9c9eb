package org.surehop.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.surehop.core.report.Notice;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.report.Severity;

/// Tells what happened to the box, updates above all, as events of the gateway. The box leaves one
/// file for each in a directory that only root can write: a number as its name, and in it one line,
/// `TIME KIND REASON DETAIL`. They are told in the order of their names. What was told is
/// remembered beside the journal, a second after, so that a crash in between tells it twice and
/// never not at all.
final class BoxEvents implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BoxEvents.class);
    private static final int MOST_OCTETS = 1024;
    private static final int MOST_AT_ONCE = 64;
    private static final int MOST_DETAIL = 300;

    /// Nothing else is taken: the box may not speak for the gateway.
    private static final Map<NoticeKind, Severity> KINDS =
            Map.ofEntries(
                    Map.entry(NoticeKind.CONFIG_CHANGED, Severity.INFO),
                    Map.entry(NoticeKind.CONFIG_REFUSED, Severity.MAJOR),
                    Map.entry(NoticeKind.CREDENTIALS_REFUSED, Severity.WARNING),
                    Map.entry(NoticeKind.UPDATE_INSTALLING, Severity.INFO),
                    Map.entry(NoticeKind.UPDATE_INSTALLED, Severity.INFO),
                    Map.entry(NoticeKind.UPDATE_REFUSED, Severity.WARNING),
                    Map.entry(NoticeKind.UPDATE_CONFIRMED, Severity.INFO),
                    Map.entry(NoticeKind.UPDATE_FAILED, Severity.MAJOR),
                    Map.entry(NoticeKind.UPDATE_ROLLED_BACK, Severity.MAJOR),
                    Map.entry(NoticeKind.HEALTH_LOST, Severity.CRITICAL),
                    Map.entry(NoticeKind.BOX_RESET, Severity.WARNING),
                    Map.entry(NoticeKind.UPDATE_KEYRING, Severity.WARNING));

    private final Path directory;
    private final Path memory;
    private final Consumer<Notice> tell;
    private final ScheduledExecutorService ticker;
    private String told;
    private String kept;

    private BoxEvents(Path directory, Path memory, Consumer<Notice> tell) {
        this.directory = directory;
        this.memory = memory;
        this.tell = tell;
        this.kept = remembered(memory);
        this.told = kept;
        this.ticker =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name("box-events").factory());
    }

    /// Looks once a second from now on; `memory` is a file that the gateway may write.
    static BoxEvents watch(Path directory, Path memory, Consumer<Notice> tell) {
        var events = new BoxEvents(directory, memory, tell);
        var unused = events.ticker.scheduleWithFixedDelay(events::look, 0, 1, TimeUnit.SECONDS);
        return events;
    }

    private static String remembered(Path memory) {
        try {
            return Files.readString(memory).strip();
        } catch (IOException e) {
            return "";
        }
    }

    private void look() {
        try {
            if (!kept.equals(told)) {
                keep();
            }
            for (var name : names()) {
                read(name)
                        .ifPresentOrElse(tell, () -> LOG.warn("box-event not read name={}", name));
                told = name;
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("box-events cause={}", e.toString());
        }
    }

    private void keep() throws IOException {
        var next = memory.resolveSibling(memory.getFileName() + ".new");
        Files.writeString(next, told + "\n");
        Files.move(next, memory, StandardCopyOption.ATOMIC_MOVE);
        kept = told;
    }

    private List<String> names() throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (var files = Files.list(directory)) {
            return files.map(f -> f.getFileName().toString())
                    .filter(n -> n.matches("[0-9]{20}"))
                    .filter(n -> n.compareTo(told) > 0)
                    .sorted()
                    .limit(MOST_AT_ONCE)
                    .toList();
        }
    }

    private Optional<Notice> read(String name) throws IOException {
        var file = directory.resolve(name);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        try (var in = Files.newInputStream(file)) {
            return parse(new String(in.readNBytes(MOST_OCTETS), StandardCharsets.UTF_8).strip());
        }
    }

    /// Empty for what is no such line.
    static Optional<Notice> parse(String line) {
        var words = line.split(" ", 4);
        if (words.length < 3) {
            return Optional.empty();
        }
        var kind =
                Arrays.stream(NoticeKind.values())
                        .filter(k -> k.wireName().equals(words[1]) && KINDS.containsKey(k))
                        .findFirst();
        var reason =
                Arrays.stream(Reason.values())
                        .filter(r -> r.wireName().equals(words[2]))
                        .findFirst()
                        .orElse(Reason.NONE);
        try {
            var at = Instant.parse(words[0]);
            var detail = words.length < 4 ? "" : words[3];
            var cut = detail.substring(0, Math.min(MOST_DETAIL, detail.length()));
            return kind.map(
                    k ->
                            new Notice(
                                    at,
                                    k,
                                    KINDS.getOrDefault(k, Severity.INFO),
                                    Optional.empty(),
                                    Optional.empty(),
                                    reason,
                                    Map.of("detail", Screen.safe(cut))));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        ticker.shutdownNow();
    }
}
