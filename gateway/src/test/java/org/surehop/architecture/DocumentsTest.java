package org.surehop.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// What the documents copy from elsewhere is what stands there.
class DocumentsTest {
    private static final Path GATEWAY = Path.of("");
    private static final Path GOLDEN = Path.of("src", "test", "resources", "golden");

    /// ARCHITECTURE.md shows the rows of a call's life that do something.
    @Test
    void theTableOfACallIsTheGoldenOne() throws IOException {
        var golden = Files.readAllLines(GOLDEN.resolve("call-life.txt"));
        var document = Files.readString(GATEWAY.resolve("ARCHITECTURE.md"));
        var start = document.indexOf("```\nInviting\n") + 4;
        var shown = document.substring(start, document.indexOf("```", start)).lines().toList();
        var end = golden.stream().filter(l -> l.startsWith("Ended")).findFirst().orElseThrow();
        var wanted =
                golden.subList(0, golden.indexOf(end)).stream()
                        .filter(l -> !l.isBlank() && !l.endsWith("[]"))
                        .toList();
        assertEquals(wanted, shown);
    }

    /// THREATS.md names the tests that show what stops an attacker: each must be there.
    @Test
    void everyTestThatTheThreatsNameIsThere() throws IOException {
        List<String> tests;
        try (var files = Files.walk(Path.of("src", "test", "java"))) {
            tests = files.map(f -> f.getFileName().toString().replace(".java", "")).toList();
        }
        var threats = Files.readString(GATEWAY.resolve("THREATS.md"));
        var named = Pattern.compile("\\b([A-Z]\\w+Test)\\b").matcher(threats).results().toList();
        assertFalse(named.isEmpty());
        for (var match : named) {
            assertTrue(tests.contains(match.group(1)), "THREATS.md names " + match.group(1));
        }
    }

    /// Work side by side gave one number to three decisions, and the code that named it to none.
    @Test
    void everyDecisionHasANumberOfItsOwnAndALineInTheList() throws IOException {
        List<String> records;
        try (var files = Files.list(GATEWAY.resolve("decisions"))) {
            records =
                    files.map(f -> f.getFileName().toString())
                            .filter(f -> !f.equals("README.md"))
                            .sorted()
                            .toList();
        }
        var numbers = records.stream().map(f -> f.substring(0, 4)).toList();
        assertEquals(numbers.stream().distinct().toList(), numbers);
        var list = Files.readString(GATEWAY.resolve("decisions/README.md"));
        var listed = Pattern.compile("\\[(\\d{4})]\\(([^)]+)\\)").matcher(list).results().toList();
        assertEquals(records, listed.stream().map(m -> m.group(2)).toList());
        listed.forEach(m -> assertTrue(m.group(2).startsWith(m.group(1)), m.group()));
    }
}
