package org.surehop.core.assurance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.Request;
import org.surehop.core.transaction.FailureAck;
import org.surehop.testing.SampleMessages;

class E2eSecTest {
    private static final String TAG = "e2e-sec";

    @Test
    void eitherHeaderAsks() {
        assertTrue(E2eSec.asked(with(Method.INVITE, List.of(TAG), List.of()), TAG));
        assertTrue(E2eSec.asked(with(Method.INVITE, List.of(), List.of(TAG)), TAG));
        assertFalse(E2eSec.asked(with(Method.INVITE, List.of(), List.of()), TAG));
        assertFalse(E2eSec.asked(with(Method.INVITE, List.of("e2e-secx"), List.of()), TAG));
    }

    @Test
    void tagComparesWithoutCase() {
        assertTrue(E2eSec.asked(with(Method.INVITE, List.of(), List.of("E2E-Sec")), TAG));
    }

    @Test
    void cancelAsksForNothing() {
        assertFalse(E2eSec.asked(with(Method.CANCEL, List.of(TAG), List.of(TAG)), TAG));
    }

    @Test
    void listsEveryUnknownTagOfBothHeadersOnceAndInOrder() {
        // RFC 4475 §3.4.2 (bext01), with e2e-sec among them.
        var request =
                with(
                        Method.OPTIONS,
                        List.of("nothingSupportsThis", TAG, "nothingSupportsThisEither"),
                        List.of("noProxiesSupportThis", "NOTHINGsupportsthis", "norDoAnyProxies"));
        assertEquals(
                List.of(
                        "nothingSupportsThis",
                        "nothingSupportsThisEither",
                        "noProxiesSupportThis",
                        "norDoAnyProxies"),
                E2eSec.unsupported(request, List.of("E2E-SEC")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ACK", "CANCEL"})
    void whatHasNoAnswerIsNotRefused(String method) {
        var request = with(new Method(method), List.of("x"), List.of("y"));
        assertEquals(List.of(), E2eSec.unsupported(request, List.of()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INVITE", "BYE", "UPDATE", "INFO", "PRACK", "OPTIONS", "MESSAGE", "ACK", "FOO"
            })
    void demandPutsTheTagInBothHeadersAndKeepsTheRest(String method) {
        var in = with(new Method(method), List.of("100rel"), List.of(TAG, "sec-agree"));
        var out = E2eSec.demand(in, TAG);
        assertEquals(List.of("100rel", TAG), out.require());
        assertEquals(List.of(TAG, "sec-agree"), out.proxyRequire());
        assertEquals(in.toBuilder().require(out.require()).build(), out);
        assertEquals(out, E2eSec.demand(out, TAG));
    }

    @Test
    void cancelNeverGetsTheTag() {
        var cancel = with(Method.CANCEL, List.of(), List.of());
        assertSame(cancel, E2eSec.demand(cancel, TAG));
    }

    @Test
    void ackForAFailureNeverCarriesTags() {
        var invite = E2eSec.demand(SampleMessages.request(Method.INVITE), TAG);
        var response = SampleMessages.response(invite, 486);
        var ack = FailureAck.of(invite, response);
        assertEquals(List.of(), ack.require());
        assertEquals(List.of(), ack.proxyRequire());
        assertEquals(Method.ACK, ack.cseq().method());
        assertEquals(invite.cseq().number(), ack.cseq().number());
        assertEquals(response.to(), ack.to());
        assertEquals(List.of(invite.topVia()), ack.vias());
        assertEquals(invite.uri(), ack.uri());
    }

    private static Request with(Method method, List<String> require, List<String> proxyRequire) {
        return SampleMessages.request(method).toBuilder()
                .require(require)
                .proxyRequire(proxyRequire)
                .build();
    }
}
