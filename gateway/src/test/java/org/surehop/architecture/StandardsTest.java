package org.surehop.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// STANDARDS.md names code and tests: what it names must exist, and no cell may be empty.
class StandardsTest {
    private static final Pattern CLASS = Pattern.compile("\\b[A-Z][A-Za-z0-9]{3,}\\b");
    private static final Pattern SUITE = Pattern.compile("`tests: ([a-z-]+)`");

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
            SUITE.matcher(test)
                    .results()
                    .map(m -> m.group(1))
                    .filter(s -> !suites.contains(s))
                    .forEach(s -> wrong.add("no suite " + s + ": " + row));
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void theTableIsThere() throws IOException {
        assertTrue(rows().size() > 40, "rows of STANDARDS.md");
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
