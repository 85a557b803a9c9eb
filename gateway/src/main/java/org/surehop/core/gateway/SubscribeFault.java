package org.surehop.core.gateway;

import java.util.List;
import java.util.Optional;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.sip.EventPackage;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Request;

/// What is wrong with a SUBSCRIBE to the collector, as the final answer says it (RFC 6665 §4.2.1).
record SubscribeFault(int status, String phrase, List<Header> rows) {
    SubscribeFault {
        rows = List.copyOf(rows);
    }

    private static Optional<SubscribeFault> of(int status, String phrase, Header... rows) {
        return Optional.of(new SubscribeFault(status, phrase, List.of(rows)));
    }

    static SubscribeFault noSuchSubscription() {
        return new SubscribeFault(481, "Subscription Does Not Exist", List.of());
    }

    static Optional<SubscribeFault> of(
            GatewayConfig config, Request request, Optional<EventPackage> event) {
        var tag = config.assurance().optionTag();
        if (event.filter(e -> e.name().equalsIgnoreCase(tag)).isEmpty()) {
            return of(489, "Bad Event", AssuranceDesk.allowEvents(tag));
        }
        var expires = Expires.of(request);
        if (request.contact().isEmpty() || expires instanceof Expires.Unreadable) {
            return of(400, "Bad Request");
        }
        var least = config.notifies().minimumExpires().toSeconds();
        if (expires instanceof Expires.Seconds(var wanted) && wanted > 0 && wanted < least) {
            return of(423, "Interval Too Brief", new Header("Min-Expires", Long.toString(least)));
        }
        var type = config.assurance().notifyBodyType();
        return accepts(request.headers("Accept"), type)
                ? Optional.empty()
                : of(406, "Not Acceptable", new Header("Accept", type));
    }

    /// No `Accept` means what the package has by default (RFC 6665 §4.2.1.3).
    private static boolean accepts(List<String> rows, String type) {
        var group = type.substring(0, type.indexOf('/')) + "/*";
        return rows.isEmpty()
                || rows.stream()
                        .flatMap(row -> List.of(row.split(",", -1)).stream())
                        .map(value -> value.split(";", 2)[0].strip())
                        .anyMatch(
                                v ->
                                        v.equalsIgnoreCase(type)
                                                || v.equalsIgnoreCase(group)
                                                || v.equals("*/*"));
    }
}
