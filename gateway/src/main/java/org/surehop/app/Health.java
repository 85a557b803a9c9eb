package org.surehop.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Whether the gateway does its work, found out by having it do some. Asks nothing outside of this
/// machine: a receiver of reports that is away does not make a gateway ill.
final class Health {
    private final List<Look> looks = new ArrayList<>();

    /// Gives why something is not as it should be; empty when it is.
    @FunctionalInterface
    interface Trouble {
        Optional<String> find() throws InterruptedException;
    }

    private record Look(String part, Supplier<String> good, Trouble trouble) {}

    /// Adds a part to look at; `good` is what is said of it when nothing is wrong.
    Health with(String part, String good, Trouble trouble) {
        looks.add(new Look(part, () -> good, trouble));
        return this;
    }

    /// One line for each part and a last one, `healthy` or `ill`.
    List<String> lines() throws InterruptedException {
        var lines = new ArrayList<String>();
        var ill = new ArrayList<String>();
        for (var look : looks) {
            var trouble = look.trouble().find();
            trouble.ifPresent(_ -> ill.add(look.part()));
            lines.add(
                    "%-10s %s"
                            .formatted(
                                    look.part(),
                                    trouble.map(why -> "FAILED: " + why).orElseGet(look.good())));
        }
        lines.add(ill.isEmpty() ? HealthDoor.HEALTHY : HealthDoor.ILL + String.join(", ", ill));
        return lines;
    }
}
