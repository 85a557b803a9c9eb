package org.surehop.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// A new jar is a visible line, and it has a licence.
class DependenciesTest {
    private static final Path LIST = Path.of("dependencies.txt");

    @Test
    void theClassPathIsTheListedOne() throws Exception {
        var jars = new TreeSet<String>();
        for (var entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            var name = Path.of(entry).getFileName().toString();
            // What the test runner brings along is not of this project.
            if (name.endsWith(".jar") && !name.startsWith("surefire")) {
                jars.add(name);
            }
        }
        var listed = new TreeSet<String>();
        Files.readAllLines(LIST).stream().filter(l -> !l.startsWith("#")).forEach(listed::add);
        assertEquals(String.join("\n", listed), String.join("\n", jars));
    }

    @Test
    void everyJarHasALicenceInTheList() throws Exception {
        var licences = Files.readString(Path.of("LICENSES.md"));
        for (var line : Files.readAllLines(LIST)) {
            var name = Pattern.compile("-[0-9][^-]*(-[0-9]+)?\\.jar$").matcher(line).replaceAll("");
            assertTrue(
                    line.startsWith("#") || licences.contains("`" + name + "`"),
                    name + " has no line in LICENSES.md");
        }
    }
}
