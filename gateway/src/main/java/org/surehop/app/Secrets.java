package org.surehop.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.surehop.core.config.SecretRef;

/// Reads what a configuration only refers to. The value goes straight to the one who uses it.
final class Secrets {
    private Secrets() {}

    /// The secret without surrounding white space; empty when it is not there.
    static Optional<String> read(SecretRef ref) {
        try {
            var value =
                    switch (ref.kind()) {
                        case FILE -> Files.readString(Path.of(ref.name())).strip();
                        case ENV -> System.getenv().getOrDefault(ref.name(), "").strip();
                    };
            return value.isEmpty() ? Optional.empty() : Optional.of(value);
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
