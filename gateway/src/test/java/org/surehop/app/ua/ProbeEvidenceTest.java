package org.surehop.app.ua;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.surehop.adapter.tls.TrialAuthority;
import org.surehop.adapter.tls.TrialCertificate;
import org.surehop.core.assurance.HopNotify;
import org.surehop.core.assurance.Verdict;
import org.surehop.core.gateway.Event;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.StatusCode;
import org.surehop.core.sip.Target;

/// What `probe` makes of the evidence that hops give or withhold: the test plays the path.
class ProbeEvidenceTest {
    @TempDir Path directory;
    private TrialAuthority authority;
    private UaParty alice;
    private UaParty path;

    @BeforeEach
    void open() throws Exception {
        authority = UaParty.authority(directory);
        alice = UaParty.of(authority, directory, "alice@office.example");
        path = UaParty.of(authority, directory, "hop@gw.example");
    }

    @AfterEach
    void close() {
        alice.close();
        path.close();
    }

    @Test
    void aHopThatAttestsMakesTheCallAssured() throws Exception {
        var probe = start(false);
        var invite = path.awaitRequest("INVITE");
        assertEquals(200, tell(invite, path.report(invite.request(), "gw.example", "complied")));
        accept(invite, "gw.example");
        var found = end(probe);
        assertEquals(Verdict.Level.ASSURED, found.verdict().level());
        assertEquals(Reason.ALL_HOPS_ATTESTED, found.verdict().reason());
        var evidence = found.evidence().getFirst();
        assertEquals(List.of("sip:hop@gw.example"), evidence.signer().orElseThrow().identities());
        assertTrue(words(found).contains("signed by sip:hop@gw.example"), words(found));
    }

    @Test
    void aHopThatSaysNothingIsNamed() throws Exception {
        var probe = start(false);
        accept(path.awaitRequest("INVITE"), "gw.example, mute.example");
        var found = end(probe);
        assertEquals(Verdict.Level.MISMATCH, found.verdict().level());
        assertEquals(2, found.verdict().silent().size());
        assertTrue(words(found).contains("mute.example  SILENT"), words(found));
    }

    @Test
    void aHopThatDidNotComplyIsBelieved() throws Exception {
        var probe = start(false);
        var invite = path.awaitRequest("INVITE");
        tell(invite, path.report(invite.request(), "gw.example", "not-complied"));
        accept(invite, "gw.example");
        var found = end(probe);
        assertEquals(Reason.NEGATIVE_ASSERTION, found.verdict().reason());
        assertTrue(words(found).contains("DID NOT COMPLY"), words(found));
        assertTrue(words(found).contains("weaker than the policy allows"), words(found));
    }

    /// POL-48: another package is 489, another call is 481, and neither counts.
    @Test
    void strayNotifiesAreRefusedAndCountForNothing() throws Exception {
        var probe = start(false);
        var invite = path.awaitRequest("INVITE");
        var body = path.report(invite.request(), "gw.example", "complied");
        var good = notify(invite, body);
        var presence = good.toBuilder().remove("Event").add("Event", "presence").build();
        path.line().send(fresh(presence), new Target.Flow(invite.inbound().connection()));
        var refused = path.awaitFinal("NOTIFY");
        assertEquals(489, refused.status().value());
        assertEquals(List.of("e2e-sec"), refused.headers("Allow-Events"));

        var other = NameAddr.of(invite.request().from().uri()).withTag("somebody-else");
        assertEquals(481, send(invite, good.toBuilder().to(other).build()));

        var about = invite.request().toBuilder();
        var older = about.cseq(new org.surehop.core.sip.CSeq(7, good.cseq().method())).build();
        assertEquals(481, tell(invite, path.report(older, "gw.example", "complied")));
        assertEquals(400, tell(invite, Body.NONE));

        accept(invite, "gw.example");
        assertEquals(Reason.SILENT_HOP, end(probe).verdict().reason());
    }

    @Test
    void withoutAHopRecordNothingIsVerified() throws Exception {
        var probe = start(false);
        var invite = path.awaitRequest("INVITE");
        tell(invite, path.report(invite.request(), "gw.example", "complied"));
        accept(invite, Optional.empty());
        assertEquals(Verdict.Level.UNVERIFIED, end(probe).verdict().level());
    }

    @Test
    void aRefusalIsExplainedByItsWarning() throws Exception {
        var probe = start(false);
        var invite = path.awaitRequest("INVITE");
        path.respond(
                invite,
                reply(invite.request(), 420, "Bad Extension").toBuilder()
                        .add("Unsupported", "e2e-sec")
                        .add("Warning", "399 gw.example \"e2e-sec: no-tls-target\"")
                        .build());
        var found = end(probe);
        assertEquals(Verdict.Level.FAILED, found.verdict().level());
        assertEquals(Reason.NO_TLS_TARGET, found.verdict().reason());
        assertTrue(
                words(found)
                        .contains(
                                "gw.example says 'no-tls-target': no TLS address is known for the"
                                        + " next hop."),
                words(found));
        assertEquals("ACK", path.awaitRequest("ACK").request().method().name());
    }

    /// E2M-34: the certificate's name is that of the next hop, so the offer is shared, once.
    @Test
    void sharesTheOfferOnDemandWithTheNextHop() throws Exception {
        var probe = start(true);
        var first = path.awaitRequest("INVITE");
        undecipherable(first, TrialCertificate.smime("gw.example"));
        var second = path.awaitRequest("INVITE");
        assertTrue(
                second.request()
                        .headers("Proxy-Inspect-Body")
                        .getFirst()
                        .startsWith("gw.example;"));
        undecipherable(second, TrialCertificate.smime("gw.example"));
        var found = end(probe);
        assertEquals(496, found.status());
        assertEquals(2, found.bodies().readers().size());
    }

    @Test
    void sharesNothingWithAnotherName() throws Exception {
        var probe = start(true);
        undecipherable(path.awaitRequest("INVITE"), TrialCertificate.smime("evil.example"));
        var found = end(probe);
        assertEquals(1, found.bodies().readers().size());
        assertEquals(Reason.UNDECIPHERABLE, found.verdict().reason());
    }

    @Test
    void sharesNothingWithAnExpiredCertificate() throws Exception {
        var probe = start(true);
        var expired =
                TrialCertificate.smime("gw.example")
                        .withValidity(Duration.ofDays(-2), Duration.ofDays(1));
        undecipherable(path.awaitRequest("INVITE"), expired);
        assertEquals(1, end(probe).bodies().readers().size());
    }

    private void undecipherable(Event.RequestReceived invite, TrialCertificate wish)
            throws Exception {
        var certificate = authority.issue(wish).leaf().getEncoded();
        path.respond(
                invite,
                reply(invite.request(), 496, "Proxy Undecipherable").toBuilder()
                        .body(
                                new Body(
                                        List.of(
                                                new Header(
                                                        "Content-Type", "application/pkix-cert")),
                                        Octets.copyOf(certificate)))
                        .build());
        path.awaitRequest("ACK");
    }

    private CompletableFuture<ProbeFindings> start(boolean shareOnDemand) {
        var plan =
                new ProbePlan(
                        org.surehop.core.sip.SipUri.of("bob", "partner.example", 0),
                        path.hop(),
                        List.of(alice.certificate()),
                        List.of(),
                        shareOnDemand,
                        0,
                        false,
                        Duration.ofSeconds(20),
                        Duration.ofSeconds(10),
                        UaParty.assurance(Duration.ofSeconds(1)),
                        Optional.empty());
        var probe =
                new Probe(
                        plan,
                        alice.self(),
                        alice.line(),
                        alice.envelopes(Envelopes.Shape.N11),
                        _ -> {});
        var done = new CompletableFuture<ProbeFindings>();
        Thread.ofVirtual()
                .name("probe")
                .start(
                        () -> {
                            try {
                                done.complete(probe.run());
                            } catch (Exception e) {
                                done.completeExceptionally(e);
                            }
                        });
        return done;
    }

    private static ProbeFindings end(CompletableFuture<ProbeFindings> probe) throws Exception {
        return probe.get(30, TimeUnit.SECONDS);
    }

    /// Answers the INVITE, and the BYE that follows when the evidence is in.
    private void accept(Event.RequestReceived invite, String hopRecord) {
        accept(invite, Optional.of(hopRecord));
    }

    private void accept(Event.RequestReceived invite, Optional<String> hopRecord) {
        var answer = reply(invite.request(), 200, "OK").toBuilder().contact(path.self().contact());
        hopRecord.ifPresent(value -> answer.add("Hop-Record", value));
        path.respond(invite, answer.build());
        var bye = path.awaitRequest("BYE");
        assertEquals(List.of("e2e-sec"), bye.request().require());
        path.respond(bye, reply(bye.request(), 200, "OK"));
    }

    private int tell(Event.RequestReceived invite, Body report) {
        return send(invite, notify(invite, report));
    }

    private int send(Event.RequestReceived invite, Request notify) {
        path.line().send(fresh(notify), new Target.Flow(invite.inbound().connection()));
        return path.awaitFinal("NOTIFY").status().value();
    }

    private Request notify(Event.RequestReceived invite, Body report) {
        return HopNotify.build(
                invite.request(),
                path.self().newVia(),
                path.self().newTag(),
                report,
                HopNotify.once(invite.request(), "e2e-sec", "noresource"));
    }

    private Request fresh(Request request) {
        return request.toBuilder().vias(List.of(path.self().newVia())).build();
    }

    private static Response reply(Request request, int status, String reason) {
        return UaAnswers.to(request, status, reason, "path-tag")
                .status(new StatusCode(status))
                .build();
    }

    private static String words(ProbeFindings found) {
        return String.join("\n", new ProbeAccount(found).lines());
    }
}
