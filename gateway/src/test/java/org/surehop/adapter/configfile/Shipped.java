package org.surehop.adapter.configfile;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.config.Prefix;
import org.surehop.core.config.Upstream;

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

    /// What the file with every key says of the box upstream.
    static Upstream upstream() {
        var own = InetAddress.ofLiteral("192.0.2.2");
        var box = InetAddress.ofLiteral("192.0.2.1");
        var blocks = List.of(Prefix.parse("192.0.2.128/25"));
        return new Upstream(Optional.of(box), 5352, Optional.of(own), blocks, false);
    }
}
