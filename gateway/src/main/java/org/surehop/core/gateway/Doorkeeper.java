package org.surehop.core.gateway;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.surehop.core.authentication.Account;
import org.surehop.core.authentication.Digest;
import org.surehop.core.authentication.DigestCredentials;
import org.surehop.core.authentication.DoorKeys;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.report.CallKey;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.report.Severity;
import org.surehop.core.sip.ChannelSecurity;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Inbound;
import org.surehop.core.sip.Leg;
import org.surehop.core.sip.Request;

/// Asks for credentials where a listener or a peer demands it, before anything of a body is looked
/// at (R-SEC-7). What is meant for our realm ends here; what is meant for others passes untouched.
final class Doorkeeper {
    /// One peer is told about once in that time; what comes between is counted.
    private static final Duration QUIET = Duration.ofSeconds(10);

    private static final int MOST_TOLD = 1_000;

    private final Digest digest;
    private final Reporter reporter;
    private final Map<String, Instant> told = new LinkedHashMap<>();

    Doorkeeper(GatewayConfig config, DoorKeys keys, Reporter reporter) {
        this.digest = new Digest(config.authentication(), config.gateway().name(), keys);
        this.reporter = reporter;
    }

    /// These are the users from now on. Nonces and their counts stay: who is still there is not
    /// asked again, and nothing that was used can be used twice.
    void users(List<Account> accounts) {
        digest.users(accounts);
    }

    /// May it enter?
    sealed interface Entry {
        /// The request without what was meant for us; `user` is who has proven to send it.
        record Open(Request request, Optional<String> user) implements Entry {}

        record Closed(Rejection rejection) implements Entry {}
    }

    Entry check(Turn turn, Inbound inbound, Request request) {
        var admission = new Admission(turn.config());
        // RFC 3261 §22.3: we are a proxy to a request that goes on, and its server otherwise.
        var server = admission.forUs(request);
        var name = server ? "Authorization" : "Proxy-Authorization";
        var rows = request.headers(name);
        var ours =
                rows.stream()
                        .flatMap(r -> DigestCredentials.parse(r).stream())
                        .filter(c -> c.of(digest.realm()))
                        .findFirst();
        var clean = ours.isEmpty() ? request : without(request, name);
        if (!admission.digest(inbound)) {
            return new Entry.Open(clean, Optional.empty());
        }
        if (ours.isEmpty()) {
            reporter.count("auth.challenged");
            return challenge(turn, inbound, server, Reason.CREDENTIALS_MISSING);
        }
        var attempt = new Digest.Attempt(turn.now(), peer(inbound), request, ours.get());
        return switch (digest.check(attempt)) {
            case Digest.Finding.Known(var account)
                    when !account.maySpeakAs(request.from().uri()) -> {
                tell(turn, inbound, request, Reason.IDENTITY_MISMATCH);
                yield new Entry.Closed(
                        admission.rejection(403, "Forbidden", Reason.IDENTITY_MISMATCH));
            }
            case Digest.Finding.Known(var account) -> {
                reporter.count("auth.accepted");
                yield new Entry.Open(clean, Optional.of(account.name()));
            }
            case Digest.Finding.Unknown(var reason) -> {
                reporter.count("auth." + reason.wireName());
                if (reason != Reason.CREDENTIALS_STALE) {
                    tell(turn, inbound, request, reason);
                }
                yield challenge(turn, inbound, server, reason);
            }
        };
    }

    private Entry challenge(Turn turn, Inbound inbound, boolean server, Reason reason) {
        var stale = reason == Reason.CREDENTIALS_STALE || reason == Reason.CREDENTIALS_REPLAYED;
        var name = server ? "WWW-Authenticate" : "Proxy-Authenticate";
        var rows = new ArrayList<Header>();
        for (var row : digest.challenge(turn.now(), turn.tokens().next(), peer(inbound), stale)) {
            rows.add(new Header(name, row));
        }
        return new Entry.Closed(
                new Rejection(
                        server ? 401 : 407,
                        server ? "Unauthorized" : "Proxy Authentication Required",
                        reason,
                        rows));
    }

    /// An ACK is never challenged, but repeats the credentials of its INVITE (RFC 3261 §22.1).
    Request clean(Request ack) {
        return ack.header("Proxy-Authorization").isEmpty()
                ? ack
                : without(ack, "Proxy-Authorization");
    }

    /// All rows of that name but those of our realm.
    private Request without(Request request, String name) {
        var out = request.toBuilder().remove(name);
        for (var row : request.headers(name)) {
            var ours = DigestCredentials.parse(row).filter(c -> c.of(digest.realm())).isPresent();
            if (!ours) {
                out.add(name, row);
            }
        }
        return out.build();
    }

    /// What a nonce is bound to: the address, and the certificate if one was shown.
    private static String peer(Inbound inbound) {
        var shown = inbound.security() instanceof ChannelSecurity.Tls tls ? tls.fingerprint() : "";
        return inbound.remote().getAddress() + "|" + shown;
    }

    private void tell(Turn turn, Inbound inbound, Request request, Reason reason) {
        var peer = peer(inbound);
        var last = told.get(peer);
        if (last != null && last.plus(QUIET).isAfter(turn.now())) {
            return;
        }
        told.remove(peer);
        told.put(peer, turn.now());
        if (told.size() > MOST_TOLD) {
            told.remove(told.keySet().iterator().next());
        }
        reporter.tell(
                turn,
                new Reporter.What(NoticeKind.CREDENTIALS_REFUSED, Severity.WARNING, reason),
                Optional.of(
                        new CallKey(
                                request.callId(),
                                request.from().tag(),
                                request.cseq().number(),
                                request.method())),
                Optional.of(Leg.A),
                Map.of("peer", String.valueOf(inbound.remote().getAddress())));
    }

    int size() {
        return digest.size();
    }
}
