package org.surehop.core.gateway;

import java.util.Optional;
import org.surehop.core.config.Route;
import org.surehop.core.sip.Leg;

/// Who asks for e2e-sec in a request, or in all requests of a dialog (POL-12). `known` says whether
/// the caller has told that it understands the tag; `route` is whose policy had us ask.
record Demand(By by, boolean known, Optional<Route> route) {
    static final Demand NONE = new Demand(By.NOBODY, false, Optional.empty());
    static final Demand ASKED = new Demand(By.SENDER, true, Optional.empty());

    /// Whose demand it is.
    enum By {
        NOBODY,
        SENDER,
        /// This gateway, on behalf of a caller who does not ask (POL-81, POL-82).
        GATEWAY,
        /// This gateway asked, was refused, and has taken its demand back (POL-81).
        WITHDRAWN,
        /// The callee echoes what this gateway asked: here it ends, for the caller knows nothing
        /// of it (POL-82).
        ECHO
    }

    static Demand injected(boolean known, Route route) {
        return new Demand(By.GATEWAY, known, Optional.of(route));
    }

    Demand withdrawn() {
        return new Demand(By.WITHDRAWN, known, route);
    }

    /// Whether the request goes on with the tag.
    boolean made() {
        return by == By.SENDER || by == By.GATEWAY;
    }

    boolean injected() {
        return by == By.GATEWAY;
    }

    /// Whether it is, or was, this gateway's own.
    boolean ours() {
        return by == By.GATEWAY || by == By.WITHDRAWN;
    }

    /// Whether the side that asked may be told of e2e-sec: it has asked, or understands it.
    boolean mayHear() {
        return by == By.SENDER || known;
    }

    /// The demand of one request in a dialog with this one; `asks` says whether it asks by itself.
    Demand within(Leg from, boolean asks) {
        var ofCaller = from == Leg.A;
        return switch (by) {
            case SENDER -> ASKED;
            case GATEWAY -> {
                if (ofCaller) {
                    yield asks ? ASKED : this;
                }
                yield asks ? echo() : NONE;
            }
            case NOBODY, WITHDRAWN, ECHO -> asks ? ASKED : NONE;
        };
    }

    private Demand echo() {
        return known ? ASKED : new Demand(By.ECHO, false, route);
    }

    /// Whether requests of our own to that leg carry the tag.
    boolean towards(Leg leg) {
        return by == By.SENDER || (by == By.GATEWAY && leg == Leg.B);
    }

    /// How the story of a call says it.
    String words() {
        var policy =
                route.map(r -> "the route " + r.domain() + " to " + r.to()).orElse("no policy");
        return switch (by) {
            case NOBODY, ECHO -> "not asked";
            case SENDER -> "asked";
            case GATEWAY -> "not asked by the caller, injected by " + policy;
            case WITHDRAWN -> "injected by " + policy + ", refused, and sent again without";
        };
    }
}
