package org.surehop.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A text that is kept beside the tests and compared; `-Dgolden.update=true` writes it anew.
public final class GoldenFile {
    private static final Path FOLDER = Path.of("src", "test", "resources", "golden");

    private GoldenFile() {}

    public static void assertMatches(String name, String text) {
        var file = FOLDER.resolve(name);
        try {
            if (Boolean.getBoolean("golden.update")) {
                Files.createDirectories(FOLDER);
                Files.writeString(file, text);
            }
            assertEquals(
                    Files.readString(file),
                    text,
                    () -> file + " differs; look, then run again with -Dgolden.update=true");
        } catch (IOException e) {
            throw new UncheckedIOException("reading the golden file " + file, e);
        }
    }
}
