package org.surehop.adapter.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.surehop.core.archive.Outcome;
import org.surehop.core.archive.Slip;
import org.surehop.core.config.Archive;

/// The archive on the disk as its one writer sees it. Files are readable by their owner alone.
/// Nothing counts before [#commit]; what an interrupted writer left behind, entries without a line
/// and half a line, is removed when the archive is opened, since no message went on for it.
final class Volume implements AutoCloseable {
    private static final Set<PosixFilePermission> OWNER =
            PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> ENTER =
            PosixFilePermissions.fromString("rwx------");

    private final Days days;
    private final Archive limits;
    private final FileChannel lock;
    private final Map<Long, Path> unsettled = new HashMap<>();
    private final List<Path> doomed = new ArrayList<>();
    private final StringBuilder lines = new StringBuilder();
    private Path day;
    private FileChannel index;
    private String link = IndexLine.FIRST;
    private long last;
    private long entries;
    private long octets;

    private Volume(Days days, Archive limits, FileChannel lock, Instant now) throws IOException {
        this.days = days;
        this.limits = limits;
        this.lock = lock;
        for (var found : days.all()) {
            recover(found);
        }
        this.day = days.day(now);
        this.index = open(day);
    }

    /// Makes the directory when only it is missing.
    static Volume open(Archive archive, Instant now) throws ArchiveFault {
        var root = Path.of(archive.path());
        try {
            if (!Files.exists(root)) {
                Files.createDirectory(root, PosixFilePermissions.asFileAttribute(ENTER));
            }
            var lock =
                    FileChannel.open(
                            root.resolve("lock"),
                            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                            PosixFilePermissions.asFileAttribute(OWNER));
            if (lock.tryLock() == null) {
                lock.close();
                throw new ArchiveFault(
                        "services.archive.path: " + root + " is in use by another gateway.");
            }
            return locked(new Days(root), archive, lock, now);
        } catch (IOException | java.nio.channels.OverlappingFileLockException e) {
            throw new ArchiveFault(
                    "services.archive.path: "
                            + root
                            + " cannot be used: name a directory that can.");
        }
    }

    /// What cannot be opened is not kept locked, so that a later try may succeed.
    private static Volume locked(Days days, Archive archive, FileChannel lock, Instant now)
            throws IOException {
        try {
            return new Volume(days, archive, lock, now);
        } catch (IOException e) {
            lock.close();
            throw e;
        }
    }

    /// Whether one more entry of that size has room.
    boolean full(int size) {
        return entries >= limits.maxEntries() || octets + size > (limits.maxMib() << 20);
    }

    /// Writes the entry and its line; gives its number.
    long add(Slip slip, byte[] sealed) throws IOException {
        var number = last + 1;
        var file = Days.entry(day, number);
        try (var out = create(file)) {
            write(out, sealed);
            out.force(true);
        } catch (IOException e) {
            Files.deleteIfExists(file);
            throw e;
        }
        append(IndexLine.entry(number, slip, sealed));
        last = number;
        entries++;
        octets += sealed.length;
        unsettled.put(number, file);
        return number;
    }

    /// The line follows with the next commit; a refused message's content goes at once.
    void settle(long number, Outcome outcome) throws IOException {
        var file = unsettled.remove(number);
        if (file == null) {
            return;
        }
        append(IndexLine.outcome(number, outcome));
        if (outcome == Outcome.REFUSED) {
            doomed.add(file);
            octets -= Files.size(file);
            entries--;
        }
    }

    private void append(Map<String, Object> fields) {
        var line = IndexLine.after(link, fields);
        lines.append(line.text());
        link = line.link();
    }

    /// All lines so far are on the disk; then what was refused goes.
    void commit() throws IOException {
        write(index, lines.toString().getBytes(StandardCharsets.UTF_8));
        index.force(true);
        lines.setLength(0);
        for (var file : doomed) {
            Files.deleteIfExists(file);
        }
        doomed.clear();
        try (var directory = FileChannel.open(day)) {
            directory.force(true);
        }
    }

    /// A new day has a directory of its own; days that are too old go. How many went.
    int turn(Instant now) throws IOException {
        if (!days.day(now).equals(day)) {
            commit();
            index.close();
            day = days.day(now);
            index = open(day);
        }
        return forget(now);
    }

    private int forget(Instant now) throws IOException {
        var oldest = Days.date(now.minus(limits.keep().plus(Duration.ofDays(1))));
        var gone = 0;
        for (var found : days.all()) {
            if (!found.equals(day) && Days.dateOf(found).orElseThrow().isBefore(oldest)) {
                for (var entry : Days.entries(found)) {
                    octets -= Files.size(entry);
                    entries--;
                    unsettled.remove(Days.numberOf(entry));
                }
                Days.delete(found);
                gone++;
            }
        }
        return gone;
    }

    long entries() {
        return entries;
    }

    /// How much of what it may hold it holds, in per cent.
    int percent() {
        return (int)
                Math.max(
                        entries * 100 / limits.maxEntries(),
                        octets * 100 / (limits.maxMib() << 20));
    }

    private FileChannel open(Path which) throws IOException {
        if (!Files.exists(which)) {
            Files.createDirectory(which, PosixFilePermissions.asFileAttribute(ENTER));
            try (var directory = FileChannel.open(days.root())) {
                directory.force(true);
            }
        }
        return FileChannel.open(
                which.resolve(Days.INDEX),
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND),
                PosixFilePermissions.asFileAttribute(OWNER));
    }

    private static FileChannel create(Path file) throws IOException {
        return FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(OWNER));
    }

    private static void write(FileChannel out, byte[] bytes) throws IOException {
        var rest = ByteBuffer.wrap(bytes);
        while (rest.hasRemaining()) {
            out.write(rest);
        }
    }

    /// Takes up the chain and the numbers of one day, and removes what nobody was told of.
    private void recover(Path found) throws IOException {
        var text = wholeLines(found.resolve(Days.INDEX));
        var known = new HashSet<Long>();
        for (var line : text) {
            var read = IndexLine.read(line);
            link = read.link();
            var fields = read.fields();
            if (fields.containsKey("entry")) {
                last = Math.max(last, Long.parseLong(fields.getOrDefault("entry", "0")));
                known.add(Long.parseLong(fields.getOrDefault("entry", "0")));
            } else if (Outcome.REFUSED.wireName().equals(fields.get("outcome"))) {
                known.remove(Long.parseLong(fields.get("of")));
            }
        }
        for (var entry : Days.entries(found)) {
            if (known.contains(Days.numberOf(entry))) {
                entries++;
                octets += Files.size(entry);
            } else {
                Files.delete(entry);
            }
        }
    }

    private static List<String> wholeLines(Path file) throws IOException {
        if (!Files.exists(file)) {
            return List.of();
        }
        var text = Files.readString(file, StandardCharsets.UTF_8);
        var end = text.lastIndexOf('\n') + 1;
        if (end < text.length()) {
            try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(text.substring(0, end).getBytes(StandardCharsets.UTF_8).length);
                channel.force(true);
            }
        }
        return text.substring(0, end).lines().toList();
    }

    /// Ends without a commit: what is half written is removed at the next opening.
    void abandon() {
        try {
            index.close();
            lock.close();
        } catch (IOException e) {
            // The next opening says what is wrong.
        }
    }

    @Override
    public void close() throws IOException {
        try {
            commit();
        } finally {
            index.close();
            lock.close();
        }
    }
}
