package org.surehop.core.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.surehop.core.assurance.E2eSec;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.config.LegMode;
import org.surehop.core.dialog.LegDialog;
import org.surehop.core.disclosure.InspectLabel;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.CSeq;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.OptionTags;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.SipUri;
import org.surehop.core.sip.StatusCode;
import org.surehop.core.sip.Via;

/// What changes on a message that crosses the border in an `anchored` leg ([Transparent] is the
/// other one), and the messages that the gateway makes itself. From, To, tags, Call-ID, CSeq, Date
/// and bodies are kept (D10); Via, Contact, Record-Route and Route are our own, so that nothing of
/// one side's topology shows on the other (EDG-53, EDG-61, EDG-62). Pure.
final class Crossing {
    private static final int DEFAULT_MAX_FORWARDS = 70;

    private Crossing() {}

    /// Our Contact on one leg; SIPS where the request was (EDG-2).
    static NameAddr contact(GatewayConfig.Identity self, String token, boolean sips) {
        var plain = SipUri.of(token, self.name(), self.port() == 5061 ? 0 : self.port());
        if (!sips) {
            return NameAddr.of(plain);
        }
        var text = "sips:" + plain.text().substring("sip:".length());
        return NameAddr.of(new SipUri(text, "sips", token, plain.host(), plain.port(), ""));
    }

    /// The request as it leaves, before its dialog exists. `routes` are those that are left.
    static Request onward(Request request, Via via, Optional<NameAddr> contact, Hops hops) {
        var ours = request.contact().isEmpty() ? Optional.<NameAddr>empty() : contact;
        var out =
                request.toBuilder()
                        .vias(List.of(via))
                        .maxForwards(OptionalInt.of(oneLess(request)))
                        .routes(hops.routes())
                        .recordRoutes(List.of())
                        .contact(bindings(request.method()) ? request.contact() : ours)
                        .remove("Hop-Record");
        return hops.tag().isEmpty() ? out.build() : demanding(out.build(), hops.tag());
    }

    /// REGISTER speaks of where users are, not of a dialog: its Contacts cross as they are.
    private static boolean bindings(Method method) {
        return method.equals(Method.REGISTER);
    }

    /// Routes that are left, and the option tag to demand (empty for none).
    record Hops(List<NameAddr> routes, String tag) {}

    /// The same in a dialog. `anchored`: towards the far side's Contact by its route set (RFC 3261
    /// §12.2.1.1). `transparent`: where the near side says, and in the path of what moves
    /// the dialog (§16.6 step 4).
    static Request inDialog(LegMode mode, Request request, LegDialog far, Ours ours) {
        return switch (mode) {
            case ANCHORED -> {
                var moved = request.toBuilder().uri(far.remoteTarget()).build();
                var contact = contact(ours.self(), far.token(), far.remoteTarget().secure());
                var hops = new Hops(far.routeSet(), ours.tag());
                yield onward(moved, ours.via(), Optional.of(contact), hops);
            }
            case TRANSPARENT -> {
                var place = Transparent.place(ours.self(), far.token(), request.uri().secure());
                var stays = Optional.of(place).filter(_ -> LegDialog.moves(request.method()));
                var hops = new Hops(request.routes(), ours.tag());
                yield Transparent.onward(request, ours.via(), stays, hops);
            }
        };
    }

    /// What we put on a request: who we are, our Via, and the option tag to demand, if any.
    record Ours(GatewayConfig.Identity self, Via via, String tag) {}

    /// POL-82: the request as the caller may hear it. The callee of a call for which this gateway
    /// asked repeats that demand, and it ends with who made it; only here is a tag ever removed,
    /// and it is our own.
    static Request heard(Request request, Demand demand, String tag) {
        return demand.by() == Demand.By.ECHO
                ? request.toBuilder()
                        .require(without(request.require(), tag))
                        .proxyRequire(without(request.proxyRequire(), tag))
                        .build()
                : request;
    }

    static List<String> without(List<String> tags, String tag) {
        return tags.stream().filter(t -> !t.equalsIgnoreCase(tag)).toList();
    }

    /// E2M-5: without the rows that name us, where the operator hides what is inspected.
    static Request withoutOurLabel(Request request, String host) {
        var out = request.toBuilder();
        for (var name : InspectLabel.HEADERS) {
            var rows = request.headers(name);
            if (!rows.isEmpty()) {
                out.remove(name);
                InspectLabel.rowsWithout(rows, host).forEach(row -> out.add(name, row));
            }
        }
        return out.build();
    }

    static Request demanding(Request request, String tag) {
        return supporting(E2eSec.demand(request, tag), tag);
    }

    /// POL-14: what we understand, whoever asks.
    static Request supporting(Request request, String tag) {
        return OptionTags.contains(request.supported(), tag)
                ? request
                : request.toBuilder().supported(with(request.supported(), tag)).build();
    }

    static List<String> with(List<String> tags, String tag) {
        var all = new ArrayList<>(tags);
        all.add(tag);
        return all;
    }

    /// EDG-53: one less, or 70 where there was none (RFC 3261 §16.6).
    static int oneLess(Request request) {
        return request.maxForwards().isEmpty() ? DEFAULT_MAX_FORWARDS : forwards(request) - 1;
    }

    static int forwards(Request request) {
        return request.maxForwards().orElse(DEFAULT_MAX_FORWARDS);
    }

    /// A response on its way back: the asking side's own Via and Record-Route, our Contact. Only
    /// where a Contact is what the answer says (where else to look, or what is registered) does it
    /// stay what it was.
    static Response back(Response response, Request asked, Optional<NameAddr> contact) {
        var out =
                response.toBuilder()
                        .vias(asked.vias())
                        .cseq(asked.cseq())
                        .recordRoutes(asked.recordRoutes());
        var status = response.status().value();
        var meant = (status >= 300 && status < 400) || status == 485;
        if (meant || bindings(asked.method())) {
            return out.build();
        }
        var ours = response.status().failure() ? Optional.<NameAddr>empty() : contact;
        return out.contact(response.contact().isPresent() ? ours : Optional.empty())
                .remove("Contact")
                .build();
    }

    /// A response of our own.
    static Response local(Request asked, int status, String phrase, String toTag) {
        var to = asked.to();
        if (status > 100 && to.tag().isEmpty()) {
            to = to.withTag(toTag);
        }
        return new Response(
                new StatusCode(status),
                phrase,
                asked.callId(),
                asked.from(),
                to,
                asked.cseq(),
                asked.vias(),
                List.of(),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(),
                Body.NONE);
    }

    /// `Warning: 399 host "text"`; the text is ours and has neither quote nor backslash.
    static Header warning(GatewayConfig.Identity self, String text) {
        return new Header("Warning", "399 " + self.name() + " \"" + text + "\"");
    }

    /// CANCEL: the INVITE's branch, Request-URI and Route, nothing of e2e-sec (§9.1, POL-11).
    static Request cancel(Request invite) {
        return bare(invite, Method.CANCEL);
    }

    private static Request bare(Request invite, Method method) {
        return new Request(
                method,
                invite.uri(),
                invite.callId(),
                invite.from(),
                invite.to(),
                new CSeq(invite.cseq().number(), method),
                List.of(invite.topVia()),
                OptionalInt.of(DEFAULT_MAX_FORWARDS),
                invite.routes(),
                List.of(),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                Body.NONE);
    }

    /// A request that we start in a dialog ourselves: BYE, or ACK when nobody else will.
    static Request own(LegDialog far, CSeq cseq, Via via, List<Header> rows) {
        return new Request(
                cseq.method(),
                far.remoteTarget(),
                far.callId(),
                far.local(),
                far.remote(),
                cseq,
                List.of(via),
                OptionalInt.of(DEFAULT_MAX_FORWARDS),
                far.routeSet(),
                List.of(),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(),
                rows,
                Body.NONE);
    }

    /// `Reason` of a BYE (RFC 3326), where the end has a cause worth telling.
    static List<Header> reasonRow(Reason reason) {
        return switch (reason) {
            case NORMAL_END, CANCELLED -> List.of();
            case UNDECIPHERABLE, NOT_A_RECIPIENT, KEY_LOST, ALGORITHM_REFUSED ->
                    List.of(new Header("Reason", "SIP;cause=496;text=\"Proxy Undecipherable\""));
            default ->
                    List.of(
                            new Header(
                                    "Reason",
                                    "SIP;cause=%d;text=\"%s\""
                                            .formatted(cause(reason), reason.wireName())));
        };
    }

    /// The status that a request would have had for the same cause (RFC 3326 §2).
    private static int cause(Reason reason) {
        return switch (reason) {
            case SDP_MALFORMED,
                    ADDRESS_REFUSED,
                    PORT_REFUSED,
                    TOO_MANY_MEDIA,
                    LACK_OF_RESOURCES,
                    NAT_WITHOUT_ICE,
                    MEDIA_UNKNOWN,
                    CLEAR_SDP_REFUSED ->
                    488;
            case SIGNATURE_MISSING -> 495;
            case SIGNATURE_INVALID,
                    SIGNER_UNVERIFIED,
                    SIGNER_REVOKED,
                    SIGNATURE_STALE,
                    SRTP_KEY_EXPOSED,
                    LABEL_MISMATCH,
                    IDENTITY_MISMATCH,
                    IDENTITY_REPLAYED,
                    TUNNEL_MISMATCH ->
                    403;
            case BODY_MALFORMED, MALFORMED -> 400;
            case BODY_TOO_COMPLEX, KEY_BUDGET -> 413;
            case PEER_TIMEOUT, NO_ACK -> 408;
            case GATEWAY_STOPPING -> 480;
            case CONGESTION -> 503;
            default -> 500;
        };
    }

    /// The extensions that may cross (POL-85) and our own.
    static List<String> understood(GatewayConfig config) {
        var all = new ArrayList<>(config.assurance().passThrough());
        all.add(config.assurance().optionTag());
        return all.stream().distinct().toList();
    }
}
