package org.surehop.adapter.archive;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The directory of the archive: one directory for each day (UTC) with an `index` and one file for
/// each entry, `000000000001.p7m`. Days are forgotten whole.
record Days(Path root) {
    static final String INDEX = "index";
    private static final String SUFFIX = ".p7m";
    private static final int DIGITS = 12;

    /// The days that are there, oldest first.
    List<Path> all() throws IOException {
        try (Stream<Path> found = Files.list(root)) {
            return found.filter(p -> dateOf(p).isPresent() && Files.isDirectory(p))
                    .sorted()
                    .toList();
        }
    }

    static Optional<LocalDate> dateOf(Path day) {
        try {
            return Optional.of(LocalDate.parse(day.getFileName().toString()));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    static LocalDate date(Instant at) {
        return at.atZone(ZoneOffset.UTC).toLocalDate();
    }

    Path day(Instant at) {
        return root.resolve(date(at).toString());
    }

    static Path entry(Path day, long number) {
        return day.resolve(("%0" + DIGITS + "d").formatted(number) + SUFFIX);
    }

    /// The files of entries in a day, in the order of their numbers.
    static List<Path> entries(Path day) throws IOException {
        try (Stream<Path> found = Files.list(day)) {
            return found.filter(p -> numberOf(p) > 0).sorted().toList();
        }
    }

    /// 0 for what is no entry.
    static long numberOf(Path entry) {
        var name = entry.getFileName().toString();
        return name.matches("[0-9]{" + DIGITS + "}\\" + SUFFIX)
                ? Long.parseLong(name.substring(0, DIGITS))
                : 0;
    }

    static void delete(Path day) throws IOException {
        for (var entry : entries(day)) {
            Files.deleteIfExists(entry);
        }
        // The index goes last: what is half deleted is still seen as a day of the archive.
        Files.deleteIfExists(day.resolve(INDEX));
        Files.delete(day);
    }
}
