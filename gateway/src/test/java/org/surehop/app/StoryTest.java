package org.surehop.app;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.surehop.core.report.CallKey;
import org.surehop.core.report.CallRecord;
import org.surehop.core.report.CallRecord.LadderLine;
import org.surehop.core.sip.CallId;
import org.surehop.core.sip.Method;
import org.surehop.testing.GoldenFile;

/// What `explain` tells a person, for each kind of path: the whole text is kept and compared.
class StoryTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final String TLS = "TLSv1.3 TLS_AES_256_GCM_SHA384, peer ";
    private static final String SIGNED = "; by signature sip:%s key 3f9ac2d01b77e845";

    @Test
    void tellsEachKindOfPath() {
        var text = new ArrayList<String>();
        tell(text, "every hop attested, one over IPsec", assured());
        tell(text, "a hop that said nothing", silent());
        tell(text, "a hop that did not comply", denied());
        tell(text, "refused before it left", refused());
        tell(text, "the demand was added here, and refused beyond", injected());
        tell(text, "it began in clear", outOfScope());
        tell(text, "nobody listed the path", facts("UNVERIFIED", "no-hop-record"));
        tell(text, "nobody listed the path, and who spoke is trusted", asserted());
        GoldenFile.assertMatches("explain.txt", String.join("\n", text) + "\n");
    }

    @Test
    void letsNoEscapeReachTheTerminal() {
        var facts = facts("ASSURED", "all-hops-attested");
        facts.put("hop:a\u001b[31m.example", "asserted complied; received \u001b[2J");
        facts.put("silent-hops", "b\u0007.example");
        assertFalse(String.join("", Story.of(call(facts))).matches("(?s).*\\p{Cntrl}.*"));
    }

    private static void tell(List<String> text, String title, Map<String, String> facts) {
        text.add("=== " + title);
        text.addAll(Story.of(call(facts)));
        text.add("");
    }

    private static Map<String, String> facts(String verdict, String reason) {
        var facts = new LinkedHashMap<String, String>();
        facts.put("state", "ended");
        facts.put("e2e-sec", "asked");
        facts.put("ingress", TLS + "office.example");
        facts.put("egress", TLS + "partner.example");
        facts.put("verdict", verdict);
        facts.put("verdict-reason", reason);
        facts.put("ended", "normal-end");
        return facts;
    }

    private static Map<String, String> assured() {
        var facts = facts("ASSURED", "all-hops-attested");
        facts.put("egress", "IPsec ESP rfc4106(gcm(aes)), declared peer branch");
        facts.put(
                "hop:ps3.example",
                "asserted complied; received ipsec rfc4106(gcm(aes)), peer gw.example (none);"
                        + " forwarded tls "
                        + TLS
                        + "ps5.example (mutual)"
                        + SIGNED.formatted("ps3.example"));
        facts.put(
                "hop:ps5.example",
                "asserted complied; received tls "
                        + TLS
                        + "ps3.example (mutual); forwarded tls TLSv1.2"
                        + " TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256; by transport");
        return facts;
    }

    private static Map<String, String> silent() {
        var facts = facts("MISMATCH", "silent-hop");
        facts.put("hop:ps3.example", "asserted complied; received ; forwarded ; by transport");
        facts.put("silent-hops", "mute.example deaf.example:5071");
        return facts;
    }

    private static Map<String, String> denied() {
        var facts = facts("MISMATCH", "negative-assertion");
        facts.put(
                "hop:ps3.example",
                "asserted not complied no-tls-target; received tls "
                        + TLS
                        + "gw.example (mutual); forwarded none"
                        + SIGNED.formatted("ps3.example"));
        return facts;
    }

    private static Map<String, String> refused() {
        var facts = facts("FAILED", "no-tls-target");
        facts.remove("egress");
        return facts;
    }

    private static Map<String, String> injected() {
        var facts = facts("UNASSURED", "injected-rejected");
        facts.put("e2e-sec", "injected by default, refused, and sent again without");
        return facts;
    }

    private static Map<String, String> outOfScope() {
        var facts = facts("OUT_OF_SCOPE", "ingress-not-secure");
        facts.put("ingress", "clear text");
        return facts;
    }

    private static Map<String, String> asserted() {
        var facts = facts("ASSERTED", "notifies-trusted");
        facts.put(
                "hop:ps3.example", "asserted complied; received tls; forwarded tls; by transport");
        return facts;
    }

    private static CallRecord call(Map<String, String> facts) {
        var key = new CallKey(new CallId("c1@office.example"), "a1", 1, Method.INVITE);
        var ladder =
                List.of(
                        new LadderLine(NOW, "A", "GW", "INVITE sip:bob@partner.example"),
                        new LadderLine(NOW.plusMillis(9), "GW", "B", "INVITE"));
        return new CallRecord(key, NOW, NOW.plusSeconds(60), true, facts, ladder);
    }
}
