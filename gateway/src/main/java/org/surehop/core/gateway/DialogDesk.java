package org.surehop.core.gateway;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.surehop.core.config.LegMode;
import org.surehop.core.dialog.LegDialog;
import org.surehop.core.sip.CallId;
import org.surehop.core.sip.Inbound;
import org.surehop.core.sip.Leg;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.SipUri;

/// Finds the dialogs that a request belongs to: by our token, which stands in its Route
/// (`transparent`) or is its Request-URI (`anchored`). Of a transparent dialog the far side may
/// have lost our Route; then Call-ID and tags say whose it is, for those who have proven a name of
/// that leg or speak on its connection, since these words are known to everybody on the path.
final class DialogDesk {
    /// Dialogs of one Call-ID that are found without a token; a spiral has a few.
    private static final int MOST = 16;

    private final Desks desks;
    private final Map<CallId, List<Relation>> transparent = new HashMap<>();

    DialogDesk(Desks desks) {
        this.desks = desks;
    }

    /// What a request belongs to, the leg that it comes from, and the request without what it says
    /// to us alone.
    record Home(Relation relation, Leg from, Request request) {}

    void add(CallId id, Relation relation) {
        if (relation.terms().mode == LegMode.TRANSPARENT) {
            var all = transparent.computeIfAbsent(id, _ -> new ArrayList<>());
            if (all.size() < MOST) {
                all.add(relation);
            }
        }
    }

    void remove(CallId id, Relation relation) {
        transparent.computeIfPresent(
                id,
                (_, all) -> {
                    all.remove(relation);
                    return all.isEmpty() ? null : all;
                });
    }

    /// A call that goes on, or what SUBSCRIBE and REFER have made.
    Optional<Home> of(Turn turn, Inbound inbound, Request request) {
        return find(turn, inbound, request, desks::relation, r -> !r.ended());
    }

    /// A call, though it may have ended.
    Optional<Home> ofCall(Turn turn, Inbound inbound, Request request) {
        return find(
                turn,
                inbound,
                request,
                token -> desks.calls().byToken(token).map(c -> c),
                Call.class::isInstance);
    }

    private Optional<Home> find(
            Turn turn,
            Inbound inbound,
            Request request,
            Function<String, Optional<Relation>> byToken,
            Predicate<Relation> fits) {
        var admission = new Admission(turn.config());
        for (var uri : places(admission, request)) {
            var found = byToken.apply(uri.user());
            if (found.isPresent()) {
                var from = found.get().token(Leg.A).equals(uri.user()) ? Leg.A : Leg.B;
                return Optional.of(home(found.get(), from, request));
            }
        }
        return transparent.getOrDefault(request.callId(), List.of()).stream()
                .filter(fits)
                .flatMap(r -> Stream.of(Leg.values()).map(leg -> home(r, leg, request)))
                .filter(h -> speaks(admission, h, inbound))
                .findFirst();
    }

    /// Where our token may stand.
    private static List<SipUri> places(Admission admission, Request request) {
        var top = request.routes().stream().limit(1).map(r -> r.uri()).filter(admission::isSelf);
        return Stream.concat(top, Stream.of(request.uri())).toList();
    }

    private static Home home(Relation relation, Leg from, Request request) {
        return relation.terms().mode == LegMode.ANCHORED
                ? new Home(relation, from, request)
                : new Home(relation, from, Transparent.arrived(request, relation.token(from)));
    }

    /// Whether that is the far end of the leg, in its dialog.
    private static boolean speaks(Admission admission, Home home, Inbound inbound) {
        var proven = home.relation().proven(home.from());
        var known = !proven.isEmpty() && !admission.strange(proven, inbound);
        return home.relation()
                .near(home.from(), home.request())
                .map(LegDialog::connection)
                .filter(c -> known || c.equals(inbound.connection()))
                .isPresent();
    }

    int size() {
        return transparent.size();
    }
}
