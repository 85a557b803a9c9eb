package org.surehop.core.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.surehop.core.assurance.E2eSec;
import org.surehop.core.config.Authentication;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.config.LegMode;
import org.surehop.core.config.PathPolicy;
import org.surehop.core.config.Peer;
import org.surehop.core.disclosure.SignedHeaders;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.ChannelSecurity;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Inbound;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Side;
import org.surehop.core.sip.SipUri;
import org.surehop.core.sip.Target;

/// Whether a request may cross at all: who sends it, what it demands, and how far it has come.
/// Pure.
record Admission(GatewayConfig config) {

    /// Every check that needs no knowledge of other calls, in the order of RFC 3261 §8.2 and §16.3.
    /// `helped` says that it belongs to a call for help that was let pass.
    Optional<Rejection> check(Request request, Inbound inbound, boolean helped) {
        return scheme(request)
                .or(() -> hops(request))
                .or(() -> extensions(request))
                .or(() -> helped ? Optional.empty() : ingress(request, inbound))
                .or(() -> sender(request, inbound))
                .or(() -> channel(request));
    }

    /// Whether who sends on that connection must show credentials: its listener says so, or the
    /// peer that it has proven to be.
    boolean digest(Inbound inbound) {
        return config.listeners().stream()
                        .filter(l -> l.name().equals(inbound.listener()))
                        .anyMatch(l -> l.authenticate() == Authentication.Wish.DIGEST)
                || config.peerFor(identities(inbound))
                        .filter(p -> p.authenticate() == Authentication.Wish.DIGEST)
                        .isPresent();
    }

    private Optional<Rejection> scheme(Request request) {
        return request.uri().routable() || emergency(request)
                ? Optional.empty()
                : Optional.of(rejection(416, "Unsupported URI Scheme", Reason.NO_ROUTE));
    }

    /// No way leads there, or one that says no (DEP-3).
    Rejection unrouted(SipUri next, Side from) {
        return new Routing(config).refused(next, from)
                ? rejection(403, "Forbidden", Reason.DESTINATION_REFUSED)
                : rejection(404, "Not Found", Reason.NO_ROUTE);
    }

    private boolean emergency(Request request) {
        return request.uri().emergency() && config.services().emergency().taken();
    }

    /// Whether it calls for help and policy lets that pass what would stop others (EDG-63).
    boolean bypasses(Request request) {
        return emergency(request) && config.services().emergency().bypass();
    }

    private Optional<Rejection> hops(Request request) {
        // RFC 3261 §11: what is asked of us ourselves needs no further hop.
        if (Crossing.forwards(request) <= 0 && !forUs(request)) {
            return Optional.of(rejection(483, "Too Many Hops", Reason.TOO_MANY_HOPS));
        }
        var mark = Tokens.loopMark(request.uri());
        var self = config.gateway().hop();
        var round =
                request.vias().stream()
                        .anyMatch(v -> v.branch().endsWith(mark) && v.hop().equals(self));
        return round ? Optional.of(rejection(482, "Loop Detected", Reason.LOOP)) : Optional.empty();
    }

    /// POL-30: all unknown tags of both headers.
    private Optional<Rejection> extensions(Request request) {
        var unknown = E2eSec.unsupported(request, Crossing.understood(config));
        if (unknown.isEmpty()) {
            return Optional.empty();
        }
        var row = new Header("Unsupported", String.join(", ", unknown));
        return Optional.of(
                Rejection.of(
                        420,
                        "Bad Extension",
                        Reason.BAD_EXTENSION,
                        row,
                        warning(Reason.BAD_EXTENSION)));
    }

    /// Adjacency is TLS identity and nothing else (R-SEC-8). Who shows a certificate must be a peer
    /// of the configuration; from the outside nobody speaks without one; and a peer that must show
    /// one is held to its own domains. Credentials stand in for a certificate where a listener
    /// asks for them (R-SEC-1). A dialog belongs to those who hold its token and tags.
    private Optional<Rejection> sender(Request request, Inbound inbound) {
        var identities = identities(inbound);
        var outside = inbound.side() == Side.OUTSIDE;
        if (outside && !showedCertificate(inbound) && !digest(inbound)) {
            return Optional.of(rejection(403, "Forbidden", Reason.NO_CERTIFICATE));
        }
        if (request.inDialog()) {
            return Optional.empty();
        }
        var stranger = !identities.isEmpty() && config.peerFor(identities).isEmpty();
        if (stranger || (outside && identities.isEmpty() && !digest(inbound))) {
            return Optional.of(rejection(403, "Forbidden", Reason.PEER_UNKNOWN));
        }
        var claimed = config.peerFor(List.of(request.from().uri().host()));
        var strict = claimed.filter(Peer::requireCertificate);
        if (outside && strict.isPresent() && identities.stream().noneMatch(strict.get()::is)) {
            return Optional.of(rejection(403, "Forbidden", Reason.PEER_UNKNOWN));
        }
        var here = inbound.remote().getAddress();
        var byAddress =
                config.peers().stream()
                        .filter(Peer::requireCertificate)
                        .filter(p -> here != null && p.address().equals(here.getHostAddress()))
                        .findFirst();
        if (byAddress.isPresent() && identities.isEmpty()) {
            return Optional.of(rejection(403, "Forbidden", Reason.NO_CERTIFICATE));
        }
        return Optional.empty();
    }

    /// POL-28: e2e-sec that came in clear is refused, whatever comes after; what comes in clear
    /// without it is no business of this gateway unless its operator says so.
    Optional<Rejection> ingress(Request request, Inbound inbound) {
        if (!(inbound.security() instanceof ChannelSecurity.Clear) || bypasses(request)) {
            return Optional.empty();
        }
        if (asked(request)) {
            return Optional.of(assurance(Reason.INGRESS_NOT_SECURE));
        }
        if (request.uri().secure()) {
            return Optional.of(sipsNotAllowed(Reason.INGRESS_NOT_SECURE));
        }
        return config.path().acceptUnassured()
                ? Optional.empty()
                : Optional.of(rejection(403, "Forbidden", Reason.INGRESS_NOT_SECURE));
    }

    /// What belongs to a TLS dialog came in clear.
    Rejection downgrade() {
        return rejection(403, "Forbidden", Reason.INGRESS_NOT_SECURE);
    }

    /// In a dialog TLS is kept to whatever its Contacts and Record-Routes name (POL-22).
    private Optional<Rejection> channel(Request request) {
        if (!asked(request) || request.inDialog()) {
            return sips(request);
        }
        // POL-20: an explicit transport that is not TLS is refused, not overridden.
        return secured(nextUri(request))
                ? Optional.empty()
                : Optional.of(assurance(Reason.NO_TLS_TARGET));
    }

    /// TLS, or TCP on the IPsec link of a peer (POL-80).
    private boolean secured(SipUri uri) {
        return overTls(uri)
                || (uri.transport().equals("tcp")
                        && config.peerFor(List.of(uri.host())).flatMap(Peer::ipsec).isPresent());
    }

    /// RFC 5630 §3.1.3: in a SIPS URI `transport=tcp` means TLS over TCP.
    static boolean overTls(SipUri uri) {
        return switch (uri.transport()) {
            case "", "tls" -> true;
            case "tcp" -> uri.secure();
            default -> false;
        };
    }

    /// RFC 5630 §5.3: SIPS is TLS on each hop, and is neither bent nor rewritten (POL-35). With
    /// SIPS, `transport=tcp` means TLS over TCP (RFC 3261 §26.2.2).
    private Optional<Rejection> sips(Request request) {
        return request.uri().secure() && nextUri(request).transport().equals("udp")
                ? Optional.of(sipsNotAllowed(Reason.NO_TLS_TARGET))
                : Optional.empty();
    }

    /// RFC 5630 §3.1: SIPS is TLS on each hop, and an IPsec link is none.
    Optional<Rejection> sipsOnLink(Request request, Passage.Way way) {
        var linked =
                way.target() instanceof Target.Locate(var hop)
                        && config.peerFor(List.of(hop.domain())).flatMap(Peer::ipsec).isPresent();
        if (!linked || !request.uri().secure()) {
            return Optional.empty();
        }
        return Optional.of(
                asked(request)
                        ? assurance(Reason.NO_TLS_TARGET)
                        : sipsNotAllowed(Reason.NO_TLS_TARGET));
    }

    /// A SIPS request that cannot be met (RFC 5630 §5.3 and its Warning 380).
    Rejection sipsNotAllowed(Reason cause) {
        var text =
                "380 "
                        + config.gateway().name()
                        + " \"SIPS Not Allowed: "
                        + cause.wireName()
                        + "\"";
        return Rejection.of(480, phrase(480), cause, new Header("Warning", text));
    }

    /// POL-73: in an anchored leg our Contact replaces the caller's, so a signed copy of the latter
    /// cannot cross. The bindings of a REGISTER stay as they are.
    Optional<Rejection> signedHeaders(Request request, LegMode mode) {
        var broken =
                mode == LegMode.ANCHORED
                        && config.path().anchoredSignedHeaders() == PathPolicy.SignedHeaders.REJECT
                        && request.contact().isPresent()
                        && !request.method().equals(Method.REGISTER)
                        && SignedHeaders.holdContact(request.body());
        return broken
                ? Optional.of(rejection(488, "Not Acceptable Here", Reason.SIGNED_HEADERS))
                : Optional.empty();
    }

    boolean asked(Request request) {
        return E2eSec.asked(request, config.assurance().optionTag());
    }

    /// POL-31: e2e-sec understood, but it cannot be had.
    Rejection assurance(Reason cause) {
        var tag = config.assurance().optionTag();
        var status = config.assurance().rejectStatus();
        var rows = new ArrayList<Header>();
        if (status == 420) {
            rows.add(new Header("Unsupported", tag));
        }
        rows.add(Crossing.warning(config.gateway(), tag + ": " + cause.wireName()));
        return new Rejection(status, phrase(status), cause, rows);
    }

    private static String phrase(int status) {
        return switch (status) {
            case 480 -> "Temporarily Unavailable";
            case 488 -> "Not Acceptable Here";
            default -> "Bad Extension";
        };
    }

    Rejection rejection(int status, String phrase, Reason reason) {
        return Rejection.of(status, phrase, reason, warning(reason));
    }

    private Header warning(Reason reason) {
        return Crossing.warning(config.gateway(), "surehop: " + reason.wireName());
    }

    /// A refusal that says "later": never for what is wrong with the request itself.
    Rejection congestion(Reason reason) {
        return Rejection.of(
                503,
                "Service Unavailable",
                reason,
                new Header("Retry-After", "10"),
                warning(reason));
    }

    /// Whether the far end showed a certificate that was checked: as client, or as the server that
    /// we dialled. On an IPsec link the operator's declaration stands for it.
    private static boolean showedCertificate(Inbound inbound) {
        return switch (inbound.security()) {
            case ChannelSecurity.Tls tls ->
                    tls.authentication() == ChannelSecurity.Authentication.MUTUAL
                            || !tls.identities().isEmpty();
            case ChannelSecurity.Ipsec _ -> true;
            case ChannelSecurity.Clear _ -> false;
        };
    }

    /// Whether the sender has proven none of these names, nor another one of their peer.
    boolean strange(List<String> proven, Inbound inbound) {
        var shown = identities(inbound);
        var peer = config.peerFor(proven);
        return !proven.isEmpty()
                && shown.stream().noneMatch(s -> proven.stream().anyMatch(s::equalsIgnoreCase))
                && (peer.isEmpty() || shown.stream().noneMatch(peer.get()::is));
    }

    Rejection stranger() {
        return rejection(403, "Forbidden", Reason.PEER_UNKNOWN);
    }

    /// The domains that the far end has proven by its certificate, as server or as client, or that
    /// were declared for its IPsec link.
    static List<String> identities(Inbound inbound) {
        return inbound.security().domains();
    }

    /// Where the request says that it goes next, our own Route entries aside.
    SipUri nextUri(Request request) {
        return remainingRoutes(request).stream()
                .findFirst()
                .map(org.surehop.core.sip.NameAddr::uri)
                .orElse(request.uri());
    }

    List<org.surehop.core.sip.NameAddr> remainingRoutes(Request request) {
        var routes = request.routes();
        var mine = 0;
        while (mine < routes.size() && isSelf(routes.get(mine).uri())) {
            mine++;
        }
        return routes.subList(mine, routes.size());
    }

    boolean isSelf(SipUri uri) {
        var self = config.gateway();
        return uri.host().equalsIgnoreCase(self.name())
                && (uri.port() == 0 || uri.port() == self.port());
    }

    /// The dialog-less requests that this gateway answers itself.
    boolean forUs(Request request) {
        return isSelf(request.uri())
                && !request.inDialog()
                && request.uri().user().isEmpty()
                && (request.method().equals(Method.OPTIONS) || CollectorDesk.asks(request));
    }
}
