package org.surehop.app.ua;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.surehop.adapter.tls.TrialAuthority;
import org.surehop.core.assurance.Verdict;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Target;

/// `probe` and `answer` with each other, over real TLS and with real S/MIME.
class UserAgentsTest {
    @TempDir static Path directory;
    private static TrialAuthority authority;
    private static UaParty alice;

    private Optional<X509Certificate> confidant = Optional.empty();
    private final List<String> steps = new CopyOnWriteArrayList<>();
    private final Map<String, X509Certificate> directoryOf = new ConcurrentHashMap<>();

    @BeforeAll
    static void open() throws Exception {
        authority = UaParty.authority(directory);
        alice = UaParty.of(authority, directory, "alice@office.example");
    }

    @AfterAll
    static void close() {
        alice.close();
    }

    @ParameterizedTest
    @EnumSource(Envelopes.Shape.class)
    void aDirectCallIsAssuredAndItsMediaComesBack(Envelopes.Shape shape) throws Exception {
        try (var bob = bob("bob-" + shape)) {
            var callee = answer(bob, List.of(alice.certificate()), Duration.ZERO, false);
            var found = probe(bob, shape, Duration.ofSeconds(5), true).run();
            assertEquals(Verdict.Level.ASSURED, found.verdict().level(), steps.toString());
            assertEquals(Reason.NO_HOPS, found.verdict().reason());
            assertEquals(List.of(""), found.hopRecord().orElseThrow());
            assertTrue(found.bodies().answerEncrypted());
            assertEquals(4, found.media().sent());
            assertEquals(4, found.media().back());
            // Nothing stands between them that could close anything: the echo goes on after BYE.
            assertEquals(4, found.media().backAfter());
            assertTrue(words(found).contains("CAME BACK"));
            callee.get(20, java.util.concurrent.TimeUnit.SECONDS);
            assertTrue(steps.contains("media: 4 packets before BYE, 4 after it, 0 from strangers"));
        }
    }

    @Test
    void anAnswerIsEncryptedForWhoeverSignedTheOffer() throws Exception {
        try (var bob = bob("bob-signer")) {
            answer(bob, List.of(), Duration.ZERO, false);
            var found = probe(bob, Envelopes.Shape.N11, Duration.ofSeconds(5), true).run();
            assertEquals(200, found.status());
            assertEquals(
                    "sip:bob-signer@partner.example",
                    found.bodies().answerSigners().getFirst().identities().getFirst());
        }
    }

    /// POL-70, POL-71: what the callee learns in secret agrees with what came in the open.
    @ParameterizedTest
    @EnumSource(Envelopes.Shape.class)
    void theCalleeLearnsInSecretThatSecurityWasAskedFor(Envelopes.Shape shape) throws Exception {
        try (var bob = bob("bob-frag-" + shape)) {
            confidant = Optional.of(bob.certificate());
            answer(bob, List.of(alice.certificate()), Duration.ZERO, false);
            var found = probe(bob, shape, Duration.ofSeconds(5), true).run();
            assertEquals(Verdict.Level.ASSURED, found.verdict().level(), steps.toString());
            assertTrue(
                    steps.contains("sipfrag: the caller asked for e2e-sec, and so it came"),
                    steps.toString());
            assertTrue(steps.stream().noneMatch(s -> s.contains("changed")), steps.toString());
        }
    }

    @Test
    void anOfferThatNobodySignedIsAnsweredToWhomTheDirectoryKnows() throws Exception {
        try (var bob = bob("bob-stranger")) {
            answer(bob, List.of(), Duration.ZERO, false);
            var refused = probe(bob, Envelopes.Shape.N1, Duration.ofSeconds(5), true).run();
            assertEquals(488, refused.status());
            directoryOf.put("alice@office.example", alice.certificate());
            var taken = probe(bob, Envelopes.Shape.N1, Duration.ofSeconds(5), true).run();
            assertTrue(taken.bodies().answerEncrypted());
        }
    }

    @Test
    void offersInClearAreRefusedUnlessAllowed() throws Exception {
        try (var bob = bob("bob-clear")) {
            answer(bob, List.of(), Duration.ZERO, false);
            var refused = probe(bob, Envelopes.Shape.N11, Duration.ofSeconds(5), false).run();
            assertEquals(488, refused.status());
            assertEquals(Verdict.Level.FAILED, refused.verdict().level());
        }
        try (var bob = bob("bob-open")) {
            answer(bob, List.of(), Duration.ZERO, true);
            var taken = probe(bob, Envelopes.Shape.N11, Duration.ofSeconds(5), false).run();
            assertEquals(200, taken.status());
            assertTrue(words(taken).contains("answer: IN CLEAR"), words(taken));
        }
    }

    @Test
    void aCallThatRingsTooLongIsCancelled() throws Exception {
        try (var bob = bob("bob-slow")) {
            answer(bob, List.of(), Duration.ofMinutes(1), false);
            var found = probe(bob, Envelopes.Shape.N11, Duration.ofSeconds(1), true).run();
            assertEquals(487, found.status());
            assertEquals(Reason.CANCELLED, found.verdict().reason());
            assertTrue(steps.contains("CANCEL: 487"), steps.toString());
        }
    }

    @Test
    void tagsThatAreNotUnderstoodAreNamed() throws Exception {
        try (var bob = bob("bob-tags")) {
            answer(bob, List.of(), Duration.ZERO, false);
            var offer = alice.envelopes(Envelopes.Shape.N11);
            var call =
                    new ProbeCall(
                            plan(bob, Duration.ofSeconds(5), true),
                            alice.self(),
                            alice.line(),
                            offer,
                            offer.seal(sdp(), List.of(bob.certificate()), "a@b"));
            var invite =
                    call.invite().toBuilder()
                            .require(List.of("e2e-sec", "teleport"))
                            .proxyRequire(List.of("e2e-sec", "hyperlink"))
                            .build();
            alice.line().send(invite, new Target.Locate(bob.hop()));
            var refusal = alice.awaitFinal("INVITE");
            assertEquals(420, refusal.status().value());
            assertEquals(List.of("teleport, hyperlink"), refusal.headers("Unsupported"));
        }
    }

    /// POL-61: the Vias that the callee saw, but not the caller's own.
    @Test
    void hopRecordNamesEveryViaButTheLast() throws Exception {
        try (var bob = bob("bob-vias")) {
            answer(bob, List.of(), Duration.ZERO, false);
            var offer = alice.envelopes(Envelopes.Shape.N11);
            var call =
                    new ProbeCall(
                            plan(bob, Duration.ofSeconds(5), true),
                            alice.self(),
                            alice.line(),
                            offer,
                            offer.seal(sdp(), List.of(bob.certificate()), "a@b"));
            var top = call.invite().topVia();
            var below = org.surehop.core.sip.Via.tls("far.example", 5071, "z9hG4bKb");
            var bottom = org.surehop.core.sip.Via.tls("caller.example", 0, "z9hG4bKc");
            alice.line()
                    .send(
                            call.invite().toBuilder().vias(List.of(top, below, bottom)).build(),
                            new Target.Locate(bob.hop()));
            var answer = alice.awaitFinal("INVITE");
            assertEquals(
                    List.of("far.example:5071, " + alice.self().hop()),
                    answer.headers("Hop-Record"));
        }
    }

    @Test
    void nobodyToTalkToIsSaidInWords() throws Exception {
        var bob = bob("bob-gone");
        bob.close();
        var found = probe(bob, Envelopes.Shape.N11, Duration.ofSeconds(5), true).run();
        assertEquals(0, found.status());
        assertEquals(Verdict.Level.FAILED, found.verdict().level());
        assertFalse(words(found).contains("complied"));
    }

    private static UaParty bob(String name) throws Exception {
        return UaParty.of(authority, directory, name + "@partner.example");
    }

    private static org.surehop.core.sip.Octets sdp() {
        return new AudioSession(1, 1, UaParty.LOOPBACK, 40_000).sdp();
    }

    private CompletableFuture<Void> answer(
            UaParty bob, List<X509Certificate> callers, Duration ringing, boolean clear) {
        var plan =
                new AnswerPlan(
                        List.of(),
                        callers,
                        name -> Optional.ofNullable(directoryOf.get(name)),
                        "e2e-sec",
                        clear,
                        true,
                        ringing,
                        Duration.ofSeconds(3));
        var answerer =
                new Answerer(
                        plan,
                        bob.self(),
                        bob.line(),
                        bob.envelopes(Envelopes.Shape.N11),
                        steps::add);
        var done = new CompletableFuture<Void>();
        Thread.ofVirtual()
                .name("answerer")
                .start(
                        () -> {
                            try {
                                answerer.run();
                                done.complete(null);
                            } catch (InterruptedException e) {
                                done.completeExceptionally(e);
                            }
                        });
        return done;
    }

    private ProbePlan plan(UaParty bob, Duration ringing, boolean encrypted) {
        return new ProbePlan(
                bob.aor(),
                bob.hop(),
                encrypted ? List.of(bob.certificate()) : List.of(),
                List.of(),
                false,
                3,
                false,
                ringing,
                Duration.ofSeconds(10),
                UaParty.assurance(Duration.ofSeconds(1)),
                confidant);
    }

    private Probe probe(UaParty bob, Envelopes.Shape shape, Duration ringing, boolean encrypted) {
        return new Probe(
                plan(bob, ringing, encrypted),
                alice.self(),
                alice.line(),
                alice.envelopes(shape),
                steps::add);
    }

    private static String words(ProbeFindings found) {
        return String.join("\n", new ProbeAccount(found).lines());
    }
}
