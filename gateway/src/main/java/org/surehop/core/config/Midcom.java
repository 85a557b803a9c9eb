package org.surehop.core.config;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/// The middlebox that other boxes may command (RFC 5189), by SIMCO over mutual TLS, and the
/// middleboxes that this box commands. An empty `address` switches the first one off.
public record Midcom(
        String address, int port, int maxSessions, List<Agent> agents, List<Remote> middleboxes) {
    /// Nobody commands us, and we command nobody.
    public static final Midcom OFF = new Midcom("", 7626, 16, List.of(), List.of());

    public Midcom {
        agents = List.copyOf(agents);
        middleboxes = List.copyOf(middleboxes);
        Valid.port("midcom.port", port);
        Valid.positive("midcom.max-sessions", maxSessions);
        var names = new HashSet<String>();
        agents.forEach(
                a -> Valid.that(names.add(a.name()), "midcom.agents must have different names"));
    }

    public boolean listens() {
        return !address.isEmpty();
    }

    public Optional<Agent> agent(String name) {
        return agents.stream().filter(a -> a.name().equals(name)).findFirst();
    }

    /// Who may command this middlebox. `name` is the domain that its certificate proves;
    /// `prefixes` are the inside addresses that it may open for, none for one that only looks;
    /// an administrator sees and changes the rules of all.
    public record Agent(String name, List<Prefix> prefixes, int maxRules, boolean administrator) {
        public Agent {
            Valid.named("midcom.agents.name", name);
            prefixes = List.copyOf(prefixes);
            Valid.positive("midcom.agents.max-rules", maxRules);
        }
    }

    /// A middlebox that this box commands. `name` is what its certificate must prove; `prefixes`
    /// are the inside addresses behind it.
    public record Remote(String name, String address, int port, List<Prefix> prefixes) {
        public Remote {
            Valid.named("midcom.middleboxes.name", name);
            Valid.named("midcom.middleboxes.address", address);
            Valid.port("midcom.middleboxes.port", port);
            prefixes = List.copyOf(prefixes);
        }
    }
}
