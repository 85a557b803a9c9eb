package org.surehop.core.assurance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.CSeq;
import org.surehop.core.sip.ChannelSecurity;
import org.surehop.core.sip.ChannelSecurity.Authentication;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Hop;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.SipUri;
import org.surehop.core.sip.Via;
import org.surehop.testing.SampleMessages;

class HopNotifyTest {
    private static final String TAG = "e2e-sec";
    private static final Hop SELF = Hop.of("gw.example.com", 5061);
    private static final Via VIA = Via.tls("gw.example.com", 5061, "z9hG4bKours");
    private static final ChannelSecurity TLS =
            new ChannelSecurity.Tls(
                    "TLSv1.3",
                    "TLS_AES_256_GCM_SHA384",
                    Authentication.MUTUAL,
                    List.of("atlanta.example.com"),
                    "ab12");
    private static final Request INVITE =
            E2eSec.demand(SampleMessages.request(Method.INVITE), TAG).toBuilder()
                    .recordRoutes(
                            List.of(
                                    NameAddr.of(SipUri.of("", "p2.example.com", 0)),
                                    NameAddr.of(SipUri.of("", "p1.example.com", 0))))
                    .add("Subject", "private")
                    .build();
    private static final List<Header> ONCE = HopNotify.once(INVITE, TAG, "noresource");

    @Test
    void goesBackInTheDialogThatTheRequestWouldMake() {
        var body =
                new Body(
                        List.of(new Header("Content-Type", "application/e2e-sec-info+xml")),
                        Octets.copyOf(new byte[] {1}));
        var notify = HopNotify.build(INVITE, VIA, "ourtag", body, ONCE);
        assertEquals(Method.NOTIFY, notify.method());
        assertEquals(INVITE.callId(), notify.callId());
        assertEquals(INVITE.from(), notify.to());
        assertEquals(INVITE.to().uri(), notify.from().uri());
        assertEquals("ourtag", notify.from().tag());
        assertEquals(new CSeq(1, Method.NOTIFY), notify.cseq());
        assertEquals(INVITE.contact().orElseThrow().uri(), notify.uri());
        assertEquals(INVITE.recordRoutes(), notify.routes());
        assertEquals(List.of(VIA), notify.vias());
        assertEquals(OptionalInt.of(70), notify.maxForwards());
        assertEquals(Optional.of("e2e-sec;id=314159"), notify.header("Event"));
        assertEquals(
                Optional.of("terminated;reason=noresource"), notify.header("Subscription-State"));
        assertEquals("gw.example.com", notify.contact().orElseThrow().uri().host());
        assertEquals(body, notify.body());
    }

    @Test
    void carriesNoOptionTagAndNothingElseOfTheRequest() {
        var notify = HopNotify.build(INVITE, VIA, "ourtag", Body.NONE, ONCE);
        assertEquals(List.of(), notify.require());
        assertEquals(List.of(), notify.proxyRequire());
        assertEquals(Optional.empty(), notify.header("Subject"));
        assertEquals(2, notify.others().size());
        assertFalse(HopNotify.due(notify, TAG));
    }

    @Test
    void goesToTheFromUriWhenThereIsNoContact() {
        var message = INVITE.toBuilder().method(Method.MESSAGE).contact(Optional.empty()).build();
        assertEquals(
                SampleMessages.ALICE, HopNotify.build(message, VIA, "t", Body.NONE, ONCE).uri());
    }

    @Test
    void sipsRequestGetsASipsContact() {
        var uri = new SipUri("sips:bob@b.example", "sips", "bob", "b.example", 0, "");
        var secure = INVITE.toBuilder().uri(uri).build();
        var contact = HopNotify.build(secure, VIA, "t", Body.NONE, ONCE).contact().orElseThrow();
        assertEquals("sips:gw.example.com", contact.uri().text());
    }

    @Test
    void isDueForWhatAsksAndCanBeAnswered() {
        assertTrue(HopNotify.due(INVITE, TAG));
        assertFalse(HopNotify.due(INVITE.toBuilder().method(Method.ACK).build(), TAG));
        assertFalse(HopNotify.due(INVITE.toBuilder().method(Method.CANCEL).build(), TAG));
        assertFalse(HopNotify.due(SampleMessages.request(Method.INVITE), TAG));
    }

    @Test
    void knowsItsOwnKindByTheEventPackage() {
        var other = SampleMessages.request(Method.NOTIFY);
        assertFalse(HopNotify.isHopNotify(other, TAG));
        assertFalse(
                HopNotify.isHopNotify(
                        other.toBuilder().add("Event", "presence;e2e-sec").build(), TAG));
        assertTrue(
                HopNotify.isHopNotify(
                        other.toBuilder().add("Event", "E2E-SEC ; id=1").build(), TAG));
        assertFalse(
                HopNotify.isHopNotify(
                        other.toBuilder().method(Method.OPTIONS).add("Event", TAG).build(), TAG));
    }

    @Test
    void saysYesOnlyWhenBothSidesAreProtected() {
        var yes = HopNotify.attest(SELF, TLS, TLS);
        assertTrue(yes.complied());
        assertEquals("mutual", yes.received().peerAuth());
        assertEquals("atlanta.example.com", yes.received().peer());
        var clear = new ChannelSecurity.Clear();
        for (var no :
                List.of(
                        HopNotify.attest(SELF, clear, TLS),
                        HopNotify.attest(SELF, TLS, clear),
                        HopNotify.attest(SELF, clear, clear))) {
            assertFalse(no.complied());
            assertFalse(no.cause().isEmpty());
            assertFalse(VerdictTable.positive(no));
        }
    }

    @Test
    void countsAnIpsecLinkAsProtectedAndSaysThatItIsOne() {
        var link = new ChannelSecurity.Ipsec("branch", "gcm", List.of("branch.example"));
        var yes = HopNotify.attest(SELF, TLS, link);
        assertTrue(yes.complied());
        assertTrue(VerdictTable.positive(yes));
        assertEquals("tls", yes.received().security());
        assertEquals(
                new HopAssertion.Channel("ipsec", "", "gcm", "branch.example", "none"),
                yes.forwarded());
    }

    @Test
    void ownReportSpeaksOfTheRequestAndPutsOurselvesFirst() {
        var own = HopNotify.attest(SELF, TLS, TLS);
        var beyond = VerdictTableTest.assertion("+p9");
        var report = HopNotify.ownReport(INVITE, Instant.EPOCH, own, List.of(own, beyond));
        assertTrue(HopLedger.speaksOf(report, INVITE));
        assertEquals(List.of(own, beyond), report.hops());
    }
}
