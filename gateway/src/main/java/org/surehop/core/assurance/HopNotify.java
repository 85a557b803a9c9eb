package org.surehop.core.assurance;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.surehop.core.assurance.HopAssertion.Channel;
import org.surehop.core.assurance.HopAssertion.Role;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.CSeq;
import org.surehop.core.sip.ChannelSecurity;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Hop;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.SipUri;
import org.surehop.core.sip.Via;

/// The one-time NOTIFY in which a hop attests to the UAC (POL-40 to POL-46), and what ours says.
public final class HopNotify {
    private static final int MAX_FORWARDS = 70;

    private HopNotify() {}

    /// Whether the request calls for a NOTIFY from each hop (POL-40): it asks for `tag`, and is no
    /// ACK or CANCEL, nor itself such a NOTIFY.
    public static boolean due(Request request, String tag) {
        return E2eSec.asked(request, tag)
                && !request.method().equals(Method.ACK)
                && !isHopNotify(request, tag);
    }

    /// Whether this is a NOTIFY of the event package that is named like the option tag (POL-42).
    public static boolean isHopNotify(Request request, String tag) {
        return request.method().equals(Method.NOTIFY)
                && request.header("Event").map(HopNotify::packageOf).orElse("").equals(lower(tag));
    }

    /// The NOTIFY about `ingress` (POL-42 to POL-45). It goes back on the flow that the request
    /// came on. `via` is ours and names our hop (POL-65), `ownTag` a fresh From tag, `state` what
    /// [#once] gives. No option tag stands in it (POL-13).
    public static Request build(
            Request ingress, Via via, String ownTag, Body body, List<Header> state) {
        var contact = contact(via, ingress.uri().secure());
        return ingress.toBuilder()
                .method(Method.NOTIFY)
                .uri(ingress.contact().map(NameAddr::uri).orElse(ingress.from().uri()))
                .from(NameAddr.of(ingress.to().uri()).withTag(ownTag))
                .to(ingress.from())
                .cseq(new CSeq(1, Method.NOTIFY))
                .vias(List.of(via))
                .maxForwards(OptionalInt.of(MAX_FORWARDS))
                .routes(ingress.recordRoutes())
                .recordRoutes(List.of())
                .contact(Optional.of(contact))
                .require(List.of())
                .proxyRequire(List.of())
                .supported(List.of())
                .others(state)
                .body(body)
                .build();
    }

    /// The rows of a NOTIFY that no subscription asked for and that is the only one (POL-43):
    /// `tag` is the option tag and the event package too (POL-42), `reason` one of RFC 6665 §4.1.3.
    public static List<Header> once(Request ingress, String tag, String reason) {
        return List.of(
                new Header("Event", tag + ";id=" + ingress.cseq().number()),
                new Header("Subscription-State", "terminated;reason=" + reason));
    }

    /// What we say of ourselves when the request came in over `received` and went out over
    /// `forwarded`: that we complied only if both were protected.
    public static HopAssertion attest(
            Hop self, ChannelSecurity received, ChannelSecurity forwarded) {
        var cause = "";
        if (!received.secure()) {
            cause = Reason.INGRESS_NOT_SECURE.wireName();
        } else if (!forwarded.secure()) {
            cause = Reason.NO_TLS_TARGET.wireName();
        }
        return new HopAssertion(
                self, Role.B2BUA, cause.isEmpty(), cause, channel(received), channel(forwarded));
    }

    /// What we say of ourselves when the request could not go on.
    public static HopAssertion deny(Hop self, ChannelSecurity received, Reason cause) {
        return new HopAssertion(
                self, Role.B2BUA, false, cause.wireName(), channel(received), Channel.UNTOLD);
    }

    /// What we say for all whom a realm may not know (POL-83): that we complied only if `covered`
    /// says that each of them did, else `why` not, without a name.
    public static HopAssertion aggregate(HopAssertion own, boolean covered, Reason why) {
        var plain = own.withoutNeighbours();
        var cause = own.complied() && !covered ? why.wireName() : own.cause();
        return new HopAssertion(
                own.hop(),
                Role.AGGREGATE,
                own.complied() && covered,
                cause,
                plain.received(),
                plain.forwarded());
    }

    /// The content of our NOTIFY about `ingress`: our own assertion first, then those of hops
    /// further on that we relay (POL-51 under topology `full`).
    public static HopReport ownReport(
            Request ingress, Instant time, HopAssertion own, List<HopAssertion> relayed) {
        var hops = new ArrayList<HopAssertion>();
        hops.add(own);
        relayed.stream().filter(a -> !a.hop().equals(own.hop())).forEach(hops::add);
        return new HopReport(
                ingress.method(),
                ingress.cseq().number(),
                ingress.callId(),
                ingress.from().uri().text(),
                ingress.from().tag(),
                ingress.to().uri().text(),
                time,
                hops,
                Optional.empty());
    }

    private static NameAddr contact(Via via, boolean secure) {
        var port = via.port() == 5061 ? 0 : via.port();
        if (secure) {
            // RFC 3261 §8.1.1.8: a request for a sips URI has a sips Contact.
            var text = "sips:" + via.host() + (port == 0 ? "" : ":" + port);
            return NameAddr.of(new SipUri(text, "sips", "", via.host(), port, ""));
        }
        // No transport=tls: RFC 5630 deprecates it (EDG-2).
        return NameAddr.of(SipUri.of("", via.host(), port));
    }

    private static Channel channel(ChannelSecurity security) {
        return switch (security) {
            case ChannelSecurity.Tls tls ->
                    new Channel(
                            "tls",
                            tls.version(),
                            tls.suite(),
                            tls.identities().isEmpty() ? "" : tls.identities().getFirst(),
                            switch (tls.authentication()) {
                                case MUTUAL -> "mutual";
                                case SERVER_ONLY -> "server";
                            });
            case ChannelSecurity.Ipsec ipsec ->
                    // No certificate was shown: who is there follows from the link alone.
                    new Channel(
                            "ipsec", "", ipsec.algorithm(), ipsec.identities().getFirst(), "none");
            case ChannelSecurity.Clear _ -> new Channel("none", "", "", "", "none");
        };
    }

    private static String packageOf(String event) {
        var end = event.indexOf(';');
        return lower((end < 0 ? event : event.substring(0, end)).strip());
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
