package org.surehop.app.ua;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.surehop.core.disclosure.DisclosedPart;
import org.surehop.core.disclosure.SignerFacts;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.CSeq;
import org.surehop.core.sip.CallId;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.SipUri;

/// POL-71: what a callee may conclude from the caller's hidden copy of its headers.
class FragmentCheckTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final String DATE = "Sun, 01 Mar 2026 12:00:00 GMT";
    private static final String TEXT =
            """
            From: "Alice" <sip:alice@office.example>;tag=a1\r
            To: <sip:bob@partner.example>\r
            Call-ID: c1@office.example\r
            CSeq: 1 INVITE\r
            Date: %s\r
            Contact: <sip:alice@10.0.0.1>\r
            Require: e2e-sec\r
            Proxy-Require: e2e-sec\r
            """
                    .formatted(DATE);

    private final FragmentCheck check = new FragmentCheck("e2e-sec");

    @Test
    void agreesWhereNothingWasChanged() {
        var found = check(outer(true, "sip:alice@10.0.0.1"), part(TEXT));
        assertFalse(found.stripped());
        assertEquals("sipfrag: the caller asked for e2e-sec, and so it came", last(found));
        assertEquals(2, found.remarks().size(), found.toString());
    }

    @Test
    void seesThatTheDemandWasStripped() {
        var found = check(outer(false, "sip:alice@10.0.0.1"), part(TEXT));
        assertTrue(found.stripped());
        assertTrue(last(found).startsWith("sipfrag: STRIPPED ON PATH"), found.toString());
    }

    @Test
    void seesThatTheDemandWasAdded() {
        var silent = TEXT.replaceAll("(?m)^(Proxy-)?Require:.*\r\n", "");
        var found = check(outer(true, "sip:alice@10.0.0.1"), part(silent));
        assertFalse(found.stripped());
        assertTrue(last(found).startsWith("sipfrag: ADDED ON PATH"), found.toString());
    }

    @Test
    void namesWhatCameOtherwise() {
        var found = check(outer(true, "sip:tok@gw.example"), part(TEXT.replace("1 INV", "2 INV")));
        assertEquals(
                List.of(
                        "sipfrag: changed on the path: CSeq: signed 2 INVITE, came 1 INVITE"
                                + " (nobody should do that)",
                        "sipfrag: changed on the path: Contact: signed sip:alice@10.0.0.1, came"
                                + " sip:tok@gw.example (an element that ends dialogs stands"
                                + " between)"),
                found.remarks().subList(1, 3));
    }

    @Test
    void believesNoneThatComesAgain() {
        var outer = outer(false, "sip:alice@10.0.0.1");
        assertTrue(check(outer, part(TEXT)).stripped());
        assertDoubted("it came before: somebody sends it again", check(outer, part(TEXT)));
        var later = NOW.plus(Duration.ofMinutes(59));
        assertDoubted(
                "it came before: somebody sends it again",
                check.check(outer, List.of(part(TEXT)), later));
    }

    @Test
    void believesNoneOfAnotherHour() {
        var outer = outer(false, "sip:alice@10.0.0.1");
        for (var hours : List.of(-2, 2)) {
            var then = NOW.plus(Duration.ofHours(hours));
            assertDoubted(
                    "it was made at " + DATE + ", which is not now",
                    check.check(outer, List.of(part(TEXT)), then));
        }
        var dateless = TEXT.replaceAll("(?m)^Date:.*\r\n", "");
        assertDoubted("it does not say when it was made", check(outer, part(dateless)));
    }

    @Test
    void remembersOnlySoManyAndThenBelievesNone() {
        var outer = outer(false, "sip:alice@10.0.0.1");
        for (int i = 0; i < FragmentCheck.MOST_KNOWN; i++) {
            check(outer, part(TEXT.replace("c1@", "n" + i + "@")));
        }
        assertDoubted(
                "too many came in an hour to tell whether it is new", check(outer, part(TEXT)));
        var hourLater = NOW.plus(Duration.ofMinutes(61));
        var fresh = TEXT.replace("12:00:00", "13:01:00");
        assertTrue(check.check(outer, List.of(part(fresh)), hourLater).stripped());
    }

    @Test
    void believesOnlyWhatItsSenderSignedAndHid() {
        var outer = outer(false, "sip:alice@10.0.0.1");
        var octets = Octets.copyOf(TEXT.getBytes(StandardCharsets.UTF_8));
        var alice = List.of(signer("sip:alice@office.example", SignerFacts.Status.VALID));
        assertDoubted(
                "it was not encrypted, so that the path could choose to show it",
                check(outer, new DisclosedPart("message/sipfrag", "", octets, alice, false)));
        assertDoubted(
                "nobody signed it",
                check(outer, new DisclosedPart("message/sipfrag", "", octets, List.of(), true)));
        for (var other :
                List.of(
                        signer("sip:mallory@office.example", SignerFacts.Status.VALID),
                        signer("sip:alice@office.example.evil", SignerFacts.Status.VALID),
                        signer("sip:office.example", SignerFacts.Status.VALID),
                        signer("sip:alice@office.example", SignerFacts.Status.UNTRUSTED))) {
            var part = new DisclosedPart("message/sipfrag", "", octets, List.of(other), true);
            assertTrue(last(check(outer, part)).contains("NOT BELIEVED"), other.toString());
        }
    }

    @Test
    void readsNothingIntoWhatIsNoFragment() {
        var outer = outer(false, "sip:alice@10.0.0.1");
        for (var bad :
                List.of("", "x", "From: a\r\nFrom: b\r\nCall-ID: c\r\n", "a".repeat(20000))) {
            assertDoubted("it cannot be read", check(outer, part(bad)));
        }
        assertEquals(FragmentCheck.Found.NOTHING, check.check(outer, List.of(), NOW));
        var started = "INVITE sip:bob@partner.example SIP/2.0\r\n" + TEXT;
        assertTrue(check(outer, part(started)).stripped(), "a start line may come first");
    }

    @Test
    void makesWhatItCanRead() {
        var outer = outer(true, "sip:alice@10.0.0.1");
        var made = Fragment.parse(Fragment.of(outer)).orElseThrow();
        assertEquals(List.of(), made.differences(outer));
        assertTrue(made.asked("E2E-SEC"));
        assertEquals(Optional.of(NOW), made.date());
        assertEquals(DATE, Fragment.date(NOW));
    }

    private static void assertDoubted(String why, FragmentCheck.Found found) {
        assertEquals(List.of("sipfrag NOT BELIEVED: " + why), found.remarks());
        assertFalse(found.stripped());
    }

    private static String last(FragmentCheck.Found found) {
        return found.remarks().getLast();
    }

    private FragmentCheck.Found check(Request outer, DisclosedPart part) {
        return check.check(outer, List.of(part), NOW);
    }

    private static DisclosedPart part(String text) {
        var signer = signer("sip:alice@office.example", SignerFacts.Status.VALID);
        var octets = Octets.copyOf(text.getBytes(StandardCharsets.UTF_8));
        return new DisclosedPart("message/sipfrag", "", octets, List.of(signer), true);
    }

    private static SignerFacts signer(String name, SignerFacts.Status status) {
        return new SignerFacts(List.of(name), "ab", status, Optional.empty());
    }

    private static Request outer(boolean asks, String contact) {
        var tags = asks ? List.of("e2e-sec") : List.<String>of();
        var uri = SipUri.of("bob", "partner.example", 0);
        return new Request(
                Method.INVITE,
                uri,
                new CallId("c1@office.example"),
                NameAddr.of(SipUri.of("alice", "office.example", 0)).withTag("a1"),
                NameAddr.of(uri),
                new CSeq(1, Method.INVITE),
                List.of(org.surehop.core.sip.Via.tls("10.0.0.1", 0, "z9hG4bK1")),
                java.util.OptionalInt.of(70),
                List.of(),
                List.of(),
                Optional.of(new NameAddr("<" + contact + ">", uri, "")),
                tags,
                tags,
                List.of(),
                List.of(new Header("Date", DATE)),
                Body.NONE);
    }
}
