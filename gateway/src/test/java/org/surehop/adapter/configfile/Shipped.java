package org.surehop.adapter.configfile;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.surehop.core.config.GatewayConfig;

/// The shipped file, and variations of it.
final class Shipped {
    /// Tests run in gateway/.
    static final Path FILE = Path.of("..", "config", "surehop.yaml");

    private Shipped() {}

    static String text() throws IOException {
        return Files.readString(FILE);
    }

    static ConfigFile.Outcome.Loaded loaded(Path file) {
        var outcome = ConfigFile.read(file);
        return assertInstanceOf(ConfigFile.Outcome.Loaded.class, outcome, outcome::toString);
    }

    static GatewayConfig config(Path file) {
        return loaded(file).config();
    }

    static List<String> faults(Path file) {
        return assertInstanceOf(ConfigFile.Outcome.Refused.class, ConfigFile.read(file)).faults();
    }
}
