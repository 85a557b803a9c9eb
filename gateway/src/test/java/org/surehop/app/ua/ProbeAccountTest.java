package org.surehop.app.ua;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.surehop.core.assurance.HopAssertion;
import org.surehop.core.assurance.HopAssertion.Channel;
import org.surehop.core.assurance.Verdict;
import org.surehop.core.assurance.VerdictTable;
import org.surehop.core.disclosure.SignerFacts;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.CallId;
import org.surehop.core.sip.ChannelSecurity;
import org.surehop.core.sip.Hop;
import org.surehop.core.sip.SipUri;
import org.surehop.testing.GoldenFile;

/// What `probe` tells a person, for each kind of path: the whole text is kept and compared.
class ProbeAccountTest {
    private static final Channel TLS =
            new Channel("tls", "TLSv1.3", "TLS_AES_256_GCM_SHA384", "next.example", "mutual");
    private static final Channel LINK =
            new Channel("ipsec", "", "rfc4106(gcm(aes))", "branch.example", "none");
    private static final Channel CLEAR = new Channel("none", "", "", "", "none");
    private static final SignerFacts KEY =
            new SignerFacts(
                    List.of("sip:gw.example"),
                    "3f9ac2d01b77e845aa",
                    SignerFacts.Status.VALID,
                    Optional.empty());

    private final List<String> text = new ArrayList<>();

    @Test
    void tellsEachKindOfPath() {
        var good = said("gw.example", true, "", TLS, Optional.of(KEY));
        var link = said("ps3.example", true, "", LINK, Optional.empty());
        tell("every hop attested, one over IPsec", "gw.example, ps3.example", List.of(good, link));
        tell("a hop that said nothing", "gw.example, mute.example", List.of(good));
        var denied = said("ps3.example", false, "no-tls-target", CLEAR, Optional.of(KEY));
        tell("a hop that did not comply", "gw.example, ps3.example", List.of(good, denied));
        var other = said("other.example", true, "", TLS, Optional.of(wrong()));
        tell("one spoke who is not listed", "gw.example", List.of(good, other));
        tell(
                "a forged report",
                "gw.example",
                List.of(),
                "a NOTIFY came whose signature cannot be trusted: it counts for nothing");
        account("nobody listed the path", 200, Optional.empty(), List.of(good));
        var failed = Verdict.failed(Reason.NO_TLS_TARGET);
        show("refused by a hop", found(420, Optional.empty(), List.of(), failed, List.of()));
        var out = Verdict.outOfScope(Reason.INGRESS_NOT_SECURE);
        show("it began in clear", found(200, Optional.empty(), List.of(), out, List.of()));
        for (var level : List.of(Verdict.Level.ASSERTED, Verdict.Level.UNASSURED)) {
            var verdict =
                    new Verdict(level, Reason.NONE, List.of(), List.of(), List.of(), List.of());
            show(level.name(), found(200, Optional.empty(), List.of(good), verdict, List.of()));
        }
        GoldenFile.assertMatches("probe.txt", String.join("\n", text) + "\n");
    }

    private void tell(
            String title, String hopRecord, List<ProbeFindings.Evidence> said, String... remarks) {
        var rows = Optional.of(List.of(hopRecord));
        show(title, found(200, rows, said, judged(rows, said), List.of(remarks)));
    }

    private void account(
            String title,
            int status,
            Optional<List<String>> rows,
            List<ProbeFindings.Evidence> said) {
        show(title, found(status, rows, said, judged(rows, said), List.of()));
    }

    private static Verdict judged(Optional<List<String>> rows, List<ProbeFindings.Evidence> said) {
        return VerdictTable.judge(
                rows, said.stream().map(ProbeFindings.Evidence::assertion).toList());
    }

    private void show(String title, ProbeFindings found) {
        text.add("=== " + title);
        text.addAll(new ProbeAccount(found).lines());
        text.add("");
    }

    private static SignerFacts wrong() {
        return new SignerFacts(
                List.of("sip:other.example"), "77", SignerFacts.Status.UNTRUSTED, Optional.empty());
    }

    private static ProbeFindings.Evidence said(
            String hop, boolean yes, String cause, Channel forwarded, Optional<SignerFacts> key) {
        return new ProbeFindings.Evidence(
                new HopAssertion(
                        Hop.of(hop, 0), HopAssertion.Role.B2BUA, yes, cause, TLS, forwarded),
                key);
    }

    private static ProbeFindings found(
            int status,
            Optional<List<String>> rows,
            List<ProbeFindings.Evidence> said,
            Verdict verdict,
            List<String> remarks) {
        var refused = status >= 300;
        return new ProbeFindings(
                SipUri.of("bob", "partner.example", 0),
                new CallId("c1@10.0.0.1"),
                Optional.of(
                        new ChannelSecurity.Tls(
                                "TLSv1.3",
                                "TLS_AES_256_GCM_SHA384",
                                ChannelSecurity.Authentication.MUTUAL,
                                List.of("gw.example"),
                                "")),
                status,
                refused ? "Bad Extension" : "OK",
                refused ? List.of("399 gw.example \"e2e-sec: no-tls-target\"") : List.of(),
                refused ? List.of("e2e-sec") : List.of(),
                rows,
                said,
                verdict,
                new ProbeFindings.Bodies(List.of("sip:bob@partner.example"), true, true, List.of()),
                ProbeFindings.Media.NONE,
                remarks,
                Duration.ofMillis(120));
    }
}
