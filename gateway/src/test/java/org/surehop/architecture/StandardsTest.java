package org.surehop.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// STANDARDS.md names code and tests: what it names must exist, and no cell may be empty.
class StandardsTest {
    private static final Pattern CLASS = Pattern.compile("\\b[A-Z][A-Za-z0-9]{3,}\\b");
    private static final Pattern SUITES = Pattern.compile("`tests: ([a-z0-9, -]+)`");
    private static final Pattern ITEM =
            Pattern.compile(
                    "((?:[A-Z][A-Z0-9]*-)+|[A-Z]*)([0-9]+)[a-z]?"
                            + "(?: to (?:[A-Z][A-Z0-9]*-)*[A-Z]*([0-9]+))?");

    @Test
    void everyRowNamesCodeAndTestsThatExist() throws IOException {
        var known = classes();
        var suites = suites();
        var wrong = new ArrayList<String>();
        for (var row : rows()) {
            var cells = row.split("\\|", -1);
            if (cells.length != 6
                    || List.of(cells).subList(1, 5).stream().anyMatch(String::isBlank)) {
                wrong.add("a row has four filled cells: " + row);
                continue;
            }
            missing(cells[3], known).forEach(c -> wrong.add("no class " + c + ": " + row));
            // The word after "Part:" is prose, not a name.
            var test = cells[4].replaceFirst("Part:.*", "");
            missing(test, known).forEach(c -> wrong.add("no test " + c + ": " + row));
            SUITES.matcher(test)
                    .results()
                    .flatMap(m -> List.of(m.group(1).split(", ")).stream())
                    .filter(s -> !suites.contains(s))
                    .forEach(s -> wrong.add("no suite " + s + ": " + row));
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void theTableIsThere() throws IOException {
        assertTrue(rows().size() > 40, "rows of STANDARDS.md");
    }

    @Test
    void everyItemOfTheListHasARow() throws IOException {
        var told = new HashSet<String>();
        for (var row : rows()) {
            told.addAll(items(row.split("\\|", -1)[1]));
        }
        var wanted = new ArrayList<String>();
        for (var line : Files.readAllLines(Path.of("src/test/resources/standards-items.txt"))) {
            if (!line.startsWith("#")) {
                wanted.addAll(items(line));
            }
        }
        assertTrue(wanted.containsAll(List.of("POL-1", "POL-73", "POL-100", "D5")), "the list");
        wanted.removeAll(told);
        assertEquals(List.of(), wanted, "items without a row");
    }

    /// Rows that came in by two ways, one of them out of date.
    @Test
    void noItemHasTwoRowsOfTheSameName() throws IOException {
        var seen = new HashSet<String>();
        var twice = rows().stream().map(r -> r.split("\\|", -1)[1].strip()).toList();
        assertEquals(List.of(), twice.stream().filter(i -> !seen.add(i)).toList());
    }

    /// "POL-3b, 29; D4" and "POL-40 to 45" as single items.
    private static List<String> items(String cell) {
        var found = new ArrayList<String>();
        var kind = "";
        for (var part : cell.split("[,;]", -1)) {
            var item = ITEM.matcher(part.strip());
            if (!item.matches()) {
                continue;
            }
            kind = item.group(1).isEmpty() ? kind : item.group(1);
            var from = Integer.parseInt(item.group(2));
            var to = item.group(3) == null ? from : Integer.parseInt(item.group(3));
            for (int i = from; i <= to; i++) {
                found.add(kind + i);
            }
        }
        return found;
    }

    private static List<String> missing(String cell, Set<String> known) {
        return CLASS.matcher(cell)
                .results()
                .map(m -> m.group())
                .filter(c -> !c.equals(c.toUpperCase(java.util.Locale.ROOT)))
                .filter(c -> !known.contains(c))
                .toList();
    }

    private static List<String> rows() throws IOException {
        return Files.readAllLines(Path.of("STANDARDS.md")).stream()
                .filter(l -> l.startsWith("| ") && !l.startsWith("| item"))
                .toList();
    }

    private static Set<String> classes() throws IOException {
        try (var files = Files.walk(Path.of("src"))) {
            return files.map(f -> f.getFileName().toString())
                    .filter(n -> n.endsWith(".java"))
                    .map(n -> n.substring(0, n.length() - ".java".length()))
                    .collect(Collectors.toSet());
        }
    }

    private static Set<String> suites() throws IOException {
        return Files.readAllLines(Path.of("..", "tests", "run")).stream()
                .map(l -> l.strip().split("[ ']+"))
                .flatMap(words -> List.of(words).stream())
                .collect(Collectors.toSet());
    }
}
