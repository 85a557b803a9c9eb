package org.surehop.app.ua;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.surehop.core.disclosure.DisclosedPart;
import org.surehop.core.sdp.MediaDescription;
import org.surehop.core.sdp.SdpParser;
import org.surehop.core.sdp.SessionDescription;
import org.surehop.core.sip.Response;

/// Places one assured call and finds out what can be known about its path: a traceroute for the
/// security of signalling. Offers audio, encrypted for the callee and for those on the way that it
/// was told to trust, sends some of it, hangs up, and shows that nothing passes any more.
final class Probe {
    private static final int MAX_MEDIA = 8;
    private static final int PROXY_UNDECIPHERABLE = 496;
    private static final Duration ECHO_WAIT = Duration.ofSeconds(2);

    private final ProbePlan plan;
    private final UaIdentity self;
    private final SipLine line;
    private final Envelopes envelopes;
    private final Consumer<String> tell;
    private final List<String> remarks = new ArrayList<>();
    private ProbeFindings.Bodies bodies = ProbeFindings.Bodies.NONE;
    private ProbeFindings.Media traffic = ProbeFindings.Media.NONE;

    /// `tell` takes one line for each step as it happens.
    Probe(
            ProbePlan plan,
            UaIdentity self,
            SipLine line,
            Envelopes envelopes,
            Consumer<String> tell) {
        this.plan = plan;
        this.self = self;
        this.line = line;
        this.envelopes = envelopes;
        this.tell = tell;
    }

    ProbeFindings run() throws IOException, InterruptedException {
        try (var media = MediaPort.open(self.address())) {
            var findings = attempt(plan, media);
            var gateway = toShareWith(findings);
            if (gateway.isEmpty()) {
                return findings.findings();
            }
            tell.accept("sharing the offer with " + Readers.name(gateway.get()) + " too, once");
            return attempt(Readers.with(plan, gateway.get()), media).findings();
        }
    }

    private record Attempt(ProbeFindings findings, Optional<Response> answer) {}

    private Attempt attempt(ProbePlan now, MediaPort media)
            throws IOException, InterruptedException {
        var offer = new AudioSession(1, 1, media.address(), media.port());
        var sealed =
                now.readers().isEmpty()
                        ? envelopes.clear(offer.sdp())
                        : envelopes.seal(offer.sdp(), now.readers(), self.newContentId());
        var call = new ProbeCall(now, self, line, envelopes, sealed);
        tell.accept("INVITE " + now.target() + " by way of " + now.via());
        var began = Instant.now();
        var answer = call.place();
        var setUp = Duration.between(began, Instant.now());
        answer.ifPresent(r -> tell.accept(r.status() + " " + r.reason()));
        bodies = new ProbeFindings.Bodies(Readers.names(now.readers()), false, false, List.of());
        if (answer.filter(r -> r.status().success()).isPresent()) {
            talk(call, answer.get(), media);
        }
        return new Attempt(findings(now, call, answer, setUp), answer);
    }

    private void talk(ProbeCall call, Response answer, MediaPort media)
            throws IOException, InterruptedException {
        var theirs = readAnswer(answer);
        if (theirs.isPresent() && plan.packets() > 0) {
            media.expect(theirs.get().getAddress(), false);
            var sent = media.send(theirs.get(), plan.packets());
            var back = media.await(sent, ECHO_WAIT);
            traffic = new ProbeFindings.Media(sent, back, 0, 0);
            tell.accept("media: " + sent + " packets sent, " + back + " came back");
        }
        call.awaitEvidence();
        if (plan.hold()) {
            tell.accept("holding: press Enter to hang up");
            call.hold();
        }
        tell.accept(call.hangUp() ? "BYE, confirmed" : "BYE, not confirmed");
        if (theirs.isPresent() && plan.packets() > 0) {
            afterwards(theirs.get(), media);
        }
    }

    /// The callee goes on echoing for a while, so what comes back now came through a pinhole that
    /// should be closed. Absence can only be shown for a time: the same that an echo may take.
    private void afterwards(InetSocketAddress theirs, MediaPort media)
            throws IOException, InterruptedException {
        var before = media.count().packets();
        var sent = media.send(theirs, plan.packets());
        var back = media.await(before + sent, ECHO_WAIT) - before;
        traffic = new ProbeFindings.Media(traffic.sent(), traffic.back(), sent, back);
        tell.accept("media after BYE: " + sent + " packets sent, " + back + " came back");
    }

    private Optional<InetSocketAddress> readAnswer(Response answer) {
        var opened = envelopes.open(answer.body());
        var sdp = opened.parts().stream().filter(DisclosedPart::describesSession);
        var part = sdp.findFirst();
        bodies =
                new ProbeFindings.Bodies(
                        bodies.readers(),
                        part.isPresent(),
                        part.map(DisclosedPart::encrypted).orElse(false),
                        part.map(DisclosedPart::signers).orElse(List.of()));
        if (part.isEmpty()) {
            remarks.add("the answer holds no session description that can be read");
            return Optional.empty();
        }
        if (SdpParser.parse(part.get().octets(), MAX_MEDIA) instanceof SessionDescription session) {
            return session.media().stream()
                    .filter(m -> m.port() != 0)
                    .findFirst()
                    .flatMap(Probe::endpoint);
        }
        remarks.add("the answer's session description cannot be read");
        return Optional.empty();
    }

    static Optional<InetSocketAddress> endpoint(MediaDescription media) {
        return media.address().map(a -> new InetSocketAddress(a, media.port()));
    }

    /// E2M-34: only on 496, only when asked to, and only a certificate that may be believed.
    private Optional<X509Certificate> toShareWith(Attempt attempt) {
        var answer = attempt.answer();
        if (answer.filter(r -> r.status().value() == PROXY_UNDECIPHERABLE).isEmpty()
                || !plan.shareOnDemand()) {
            return Optional.empty();
        }
        return switch (Readers.offered(answer.get().body(), plan, envelopes)) {
            case Readers.Believed(var certificate) -> Optional.of(certificate);
            case Readers.Doubted(var why) -> {
                tell.accept("not sharing the offer: " + why);
                yield Optional.empty();
            }
        };
    }

    private ProbeFindings findings(
            ProbePlan now, ProbeCall call, Optional<Response> answer, Duration setUp) {
        var all = new ArrayList<>(call.remarks());
        all.addAll(remarks);
        call.failureText().ifPresent(all::add);
        return new ProbeFindings(
                now.target(),
                call.callId(),
                call.security(),
                answer.map(r -> r.status().value()).orElse(0),
                answer.map(Response::reason).orElse(""),
                answer.map(r -> r.headers("Warning")).orElse(List.of()),
                answer.map(r -> r.headers("Unsupported")).orElse(List.of()),
                answer.filter(r -> r.status().success()).flatMap(ProbeCall::hopRecord),
                call.evidence(),
                call.verdict(),
                bodies,
                traffic,
                all,
                setUp);
    }
}
