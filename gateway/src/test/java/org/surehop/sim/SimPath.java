package org.surehop.sim;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.surehop.core.assurance.HopAssertion;
import org.surehop.core.assurance.HopAssertion.Channel;
import org.surehop.core.assurance.HopAssertion.Role;
import org.surehop.core.assurance.HopReport;
import org.surehop.core.disclosure.SignerFacts;
import org.surehop.core.disclosure.SignerFacts.Status;
import org.surehop.core.sip.CSeq;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Hop;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.Via;
import org.surehop.sim.CallPlan.HopMood;
import org.surehop.sim.CallPlan.HopPlan;

/// The hops between the gateway and a user: those that attest, stay silent, strip, deny and forge.
/// What is true is written into [Truth] at the moment at which it is done.
final class SimPath {
    private static final String GATEWAY = "gw.example.com";
    private static final int SIEGE = 40;
    private static final Channel TLS =
            new Channel("tls", "TLSv1.3", "TLS_AES_128_GCM_SHA256", "", "mutual");
    private static final Channel CLEAR = new Channel("none", "", "", "", "none");

    private final SimNet net;
    private final World world;
    private final Truth truth;
    private final CallPlan plan;
    private int notifies;

    SimPath(SimNet net, Truth truth) {
        this.net = net;
        this.world = net.world;
        this.truth = truth;
        this.plan = truth.plan;
    }

    private static boolean asks(Request request) {
        return request.require().contains(SimSettings.TAG);
    }

    /// The hops that see the tag: those before one that strips it.
    private static List<HopPlan> seeing(List<HopPlan> hops) {
        var seeing = new ArrayList<HopPlan>();
        for (var hop : hops) {
            seeing.add(hop);
            if (hop.mood() == HopMood.STRIPS) {
                break;
            }
        }
        return seeing;
    }

    private Truth.Evidence evidence(Request request) {
        return truth.evidence(request.from().tag() + request.method(), request.cseq().number());
    }

    /// The 2xx with Hop-Record, where the request asks for it and the callee has heard of it.
    Response recorded(Request request, Response response, List<HopPlan> hops) {
        var stripped = hops.stream().anyMatch(h -> h.mood() == HopMood.STRIPS);
        if (!asks(request) || stripped || plan.recordStyle() == CallPlan.RecordStyle.MISSING) {
            return response;
        }
        var names =
                new ArrayList<>(hops.stream().filter(HopPlan::listed).map(HopPlan::host).toList());
        if (plan.recordStyle() != CallPlan.RecordStyle.BROKEN) {
            evidence(request).listed = Optional.of(new HashSet<>(names));
        }
        // Vias that the gateway has left there name it and those before it.
        request.vias().stream().limit(request.vias().size() - 1).map(Via::host).forEach(names::add);
        var out = response.toBuilder();
        switch (plan.recordStyle()) {
            case PLAIN, MISSING -> out.add("Hop-Record", String.join(", ", names));
            case URIS ->
                    out.add(
                            "Hop-Record",
                            String.join(
                                    ",",
                                    names.stream()
                                            .map(
                                                    n ->
                                                            "<sip:"
                                                                    + n.toUpperCase(
                                                                            java.util.Locale.ROOT)
                                                                    + ":5061;lr>")
                                            .toList()));
            case ROWS -> {
                out.add("Hop-Record", "");
                names.forEach(n -> out.add("Hop-Record", n));
            }
            case WITH_GATEWAY -> {
                names.add(GATEWAY);
                out.add("Hop-Record", String.join(", ", names));
            }
            case BROKEN -> out.add("Hop-Record", String.join(" ", names) + ",,");
        }
        return out.build();
    }

    /// Every hop that sees the tag does as its mood is.
    void attest(SimConnection flow, Request request, List<HopPlan> hops) {
        if (!asks(request)) {
            return;
        }
        for (var hop : seeing(hops)) {
            var delay =
                    hop.mood() == HopMood.LATE
                            ? world.chance.between(33_000, 70_000)
                            : world.chance.between(0, 400);
            world.after(delay, () -> act(flow, request, hop));
        }
    }

    private void act(SimConnection flow, Request request, HopPlan hop) {
        var yes = assertion(hop, true, TLS);
        var no = assertion(hop, false, Channel.UNTOLD);
        switch (hop.mood()) {
            case SILENT, STRIPS -> {}
            case ATTESTS, LATE -> say(flow, request, yes, hop.host());
            case TWICE -> {
                say(flow, request, yes, hop.host());
                say(flow, request, yes, hop.host());
            }
            case FLOOD -> {
                for (int i = 0; i < 5; i++) {
                    say(flow, request, yes, hop.host());
                }
            }
            case BESIEGED -> {
                elsewhere(request, no, hop.host(), SIEGE);
                world.after(200, () -> say(flow, request, yes, hop.host()));
            }
            case DENIES -> say(flow, request, no, hop.host());
            case CONTRADICTS_ITSELF -> {
                say(flow, request, yes, hop.host());
                say(flow, request, no, hop.host());
            }
            case ADMITS_CLEAR -> say(flow, request, assertion(hop, true, CLEAR), hop.host());
            case SIGNED_BY_ANOTHER -> say(flow, request, yes, "mallory.example");
            case WRONG_TUPLE ->
                    send(flow, request, letter(otherTuple(request), yes, signer(hop.host())));
            case ELSEWHERE -> elsewhere(request, yes, hop.host(), 1);
            case UNSIGNED -> {
                if (!net.settings.signedNotify()) {
                    note(request, yes);
                }
                send(flow, request, letter(request, yes, Optional.empty()));
            }
            case BADLY_SIGNED -> {
                var bad = SimCms.signed(hop.host(), Status.DIGEST_OR_SIGNATURE_WRONG);
                send(flow, request, letter(request, yes, Optional.of(bad)));
            }
            case GARBAGE ->
                    send(flow, request, new SimCms.Letter(Optional.empty(), Optional.empty()));
        }
    }

    private static HopAssertion assertion(HopPlan hop, boolean complied, Channel forwarded) {
        return new HopAssertion(
                Hop.of(hop.host(), 5061),
                Role.PROXY,
                complied,
                complied ? "" : "no",
                TLS,
                forwarded);
    }

    private static Optional<SignerFacts> signer(String identity) {
        return Optional.of(SimCms.signed(identity, Status.VALID));
    }

    /// Says it properly: over the egress flow and signed.
    private void say(SimConnection flow, Request request, HopAssertion said, String identity) {
        if (identity.equals(said.hop().host())) {
            note(request, said);
        }
        send(flow, request, letter(request, said, signer(identity)));
    }

    private void note(Request request, HopAssertion said) {
        var clear = said.forwarded().equals(CLEAR);
        var heard = evidence(request);
        (said.complied() && !clear ? heard.attested : heard.denied).add(said.hop().host());
    }

    /// A forger on another connection knows the tuple.
    private void elsewhere(Request request, HopAssertion said, String identity, int times) {
        var peers = net.outside.stream().filter(p -> p.up).toList();
        if (!peers.isEmpty()) {
            var forger = net.open(peers.get(world.chance.below(peers.size())));
            for (int i = 0; i < times; i++) {
                send(forger, request, letter(request, said, signer(identity)));
            }
        }
    }

    private static Request otherTuple(Request request) {
        return request.toBuilder()
                .cseq(new CSeq(request.cseq().number() + 7, request.method()))
                .build();
    }

    private SimCms.Letter letter(Request request, HopAssertion said, Optional<SignerFacts> signer) {
        return new SimCms.Letter(
                Optional.of(
                        new HopReport(
                                request.method(),
                                request.cseq().number(),
                                request.callId(),
                                request.from().uri().text(),
                                request.from().tag(),
                                request.to().uri().text(),
                                world.now(),
                                List.of(said),
                                Optional.empty())),
                signer);
    }

    private void send(SimConnection flow, Request request, SimCms.Letter letter) {
        notifies++;
        var name = "hop" + plan.number() + "x" + notifies + request.cseq().number();
        var from = NameAddr.of(request.to().uri()).withTag(name);
        var notify =
                SimMessages.request(Method.NOTIFY, plan.number(), from, request.from()).toBuilder()
                        .uri(request.contact().map(NameAddr::uri).orElse(request.from().uri()))
                        .vias(List.of(Via.tls("hop." + flow.peer.domain, 0, "z9hG4bK" + name)))
                        .others(
                                List.of(
                                        new Header(
                                                "Event", "e2e-sec;id=" + request.cseq().number()),
                                        new Header(
                                                "Subscription-State",
                                                "terminated;reason=noresource")))
                        .body(net.cms.letter(letter))
                        .build();
        flow.toGateway(notify);
    }
}
