package org.surehop.core.pinhole.middlebox;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.surehop.core.config.Midcom;
import org.surehop.core.pinhole.middlebox.MiddleboxAction.Notify;

/// The sessions of agents (MID-1): CLOSED until SE has opened them. TLS has authenticated both ends
/// before, so that one pass of SE is enough. Owned by the loop.
final class Sessions {
    private static final int MAJOR = 3;

    private final Midcom config;
    private final Map<Long, Session> sessions = new LinkedHashMap<>();

    /// `names` are what the agent's certificate proves.
    private record Session(List<String> names, boolean open) {}

    Sessions(Midcom config) {
        this.config = config;
    }

    void connect(long id, List<String> names) {
        sessions.put(id, new Session(List.copyOf(names), false));
    }

    void disconnect(long id) {
        sessions.remove(id);
    }

    List<Long> all() {
        return List.copyOf(sessions.keySet());
    }

    boolean knows(long id) {
        return sessions.containsKey(id);
    }

    boolean isOpen(long id) {
        var found = sessions.get(id);
        return found != null && found.open();
    }

    /// Whose session it is, if the configuration knows that agent.
    Optional<Midcom.Agent> agent(long id) {
        return Optional.ofNullable(sessions.get(id)).flatMap(this::agent);
    }

    private Optional<Midcom.Agent> agent(Session session) {
        return session.names().stream().flatMap(name -> config.agent(name).stream()).findFirst();
    }

    Answer establish(long id, int major, Capabilities capabilities) {
        var session = sessions.getOrDefault(id, new Session(List.of(), false));
        if (session.open()) {
            return failed(Failure.SESSION_OPEN);
        }
        if (major != MAJOR) {
            return failed(Failure.VERSION_MISMATCH);
        }
        if (session.names().isEmpty()) {
            return failed(Failure.AUTHENTICATION_FAILED);
        }
        if (agent(session).isEmpty()) {
            return failed(Failure.NO_AUTHORIZATION);
        }
        if (sessions.values().stream().filter(Session::open).count() >= config.maxSessions()) {
            return new Answer.Failed(Failure.LACK_OF_RESOURCES, "too many sessions");
        }
        sessions.put(id, new Session(session.names(), true));
        return new Answer.Established(capabilities);
    }

    private static Answer failed(Failure failure) {
        return new Answer.Failed(failure, "");
    }

    /// MID-4: the requester `but` has its reply; the others with access are told.
    void tell(Rule rule, long but, List<Notification> told, List<MiddleboxAction> out) {
        sessions.forEach(
                (id, session) -> {
                    var hears = agent(session).filter(a -> Rulebook.access(a, rule)).isPresent();
                    if (id != but && session.open() && hears) {
                        told.forEach(n -> out.add(new Notify(id, n)));
                    }
                });
    }
}
