package org.surehop.core.assurance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.surehop.core.assurance.HopAssertion.Channel;
import org.surehop.core.assurance.HopAssertion.Role;
import org.surehop.core.assurance.Verdict.Level;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Hop;

class VerdictTableTest {
    private static final List<String> NAMES = List.of("a", "b", "c");

    /// `absent` is no header; in assertions `+a` complied, `-a` did not, `!a` says that it
    /// complied over an unprotected channel, `uas` is the callee's own.
    @ParameterizedTest(name = "[{0}] [{1}] is {2}, {3}")
    @CsvSource(
            delimiter = '|',
            value = {
                "a, b       | +a +b     | ASSURED    | ALL_HOPS_ATTESTED",
                "B:5061, A  | +a +b     | ASSURED    | ALL_HOPS_ATTESTED",
                "a, a       | +a        | ASSURED    | ALL_HOPS_ATTESTED",
                "a          | +a uas    | ASSURED    | ALL_HOPS_ATTESTED",
                "empty      |           | ASSURED    | NO_HOPS",
                "empty      | uas       | ASSURED    | NO_HOPS",
                "gw         |           | ASSURED    | NO_HOPS",
                "gw, a      | +a        | ASSURED    | ALL_HOPS_ATTESTED",
                "a          | +a +b     | PARTIAL    | UNLISTED_HOP",
                "empty      | +a        | PARTIAL    | UNLISTED_HOP",
                "a, b       | +a        | MISMATCH   | SILENT_HOP",
                "a, b       |           | MISMATCH   | SILENT_HOP",
                "a          | +a:5071   | MISMATCH   | SILENT_HOP",
                "a, b       | +a -b     | MISMATCH   | NEGATIVE_ASSERTION",
                "a, b       | +a !b     | MISMATCH   | NEGATIVE_ASSERTION",
                "a          | +a -b     | MISMATCH   | NEGATIVE_ASSERTION",
                "a          | +a -a     | MISMATCH   | NEGATIVE_ASSERTION",
                "absent     | +a        | UNVERIFIED | NO_HOP_RECORD",
                "absent     |           | UNVERIFIED | NO_HOP_RECORD",
                "a b        | +a        | UNVERIFIED | HOP_RECORD_MALFORMED",
            })
    void judgesAsTheTableSays(String rows, String assertions, Level level, Reason reason) {
        var verdict = VerdictTable.judge(rows(rows), assertions(assertions), Set.of(hop("gw")));
        assertEquals(level, verdict.level());
        assertEquals(reason, verdict.reason());
        assertEquals(level == Level.ASSURED, verdict.settled());
    }

    /// POL-65, POL-84: an element that is listed by one name and attests by another.
    @Test
    void anElementSpeaksForAllItsNames() {
        var none = List.<List<Hop>>of();
        var sbc = List.of(List.of(hop("in"), hop("out")));
        assertEquals(Level.MISMATCH, known("out", "+in", none).level());
        assertEquals(Level.ASSURED, known("out", "+in", sbc).level());
        assertEquals(Level.ASSURED, known("in, out", "+in", sbc).level());
        assertEquals(Level.MISMATCH, known("in, out", "+in -out", sbc).level());
        assertEquals(Level.MISMATCH, known("out", "-in", sbc).level());
        assertEquals(Level.PARTIAL, known("a", "+a +in", sbc).level());
        var silent = known("out", null, sbc);
        assertEquals(List.of(hop("out")), silent.silent());
        assertEquals(List.of(hop("in")), new HopNames(sbc).calls(hop("out")));
    }

    @Test
    void whatAHopSaysItIsTheSameAsIsOneElementWithIt() {
        var tls = tls();
        var twice =
                new HopAssertion(
                        hop("in"), Role.B2BUA, true, "", tls, tls, Set.of(hop("out"), hop("x")));
        var names = HopNames.NONE.listedAs(List.of(twice), Set.of(hop("out")));
        assertEquals(Level.ASSURED, VerdictTable.judge(rows("out"), names, Set.of()).level());
        assertEquals(Set.of(hop("x")), twice.claiming(hop("x")::equals).sameAs());
    }

    private static Verdict known(String rows, @Nullable String assertions, List<List<Hop>> known) {
        var byHop = new LinkedHashMap<Hop, HopAssertion>();
        assertions(assertions).forEach(a -> byHop.put(a.hop(), a));
        var kept = new HopLedger(9, byHop, false, Optional.empty());
        return VerdictTable.judge(rows(rows), kept, Set.of(), new HopNames(known));
    }

    @Test
    void namesWhoSaidWhat() {
        var verdict = VerdictTable.judge(rows("a, b, c"), assertions("+a -b +d"));
        assertEquals(List.of(hop("a"), hop("d")), verdict.attested());
        assertEquals(List.of(hop("c")), verdict.silent());
        assertEquals(List.of(hop("b")), verdict.negative());
        assertEquals(List.of(hop("d")), verdict.unlisted());
    }

    @Test
    void onlyAMismatchIsUpgraded() {
        var mismatch = VerdictTable.judge(rows("a"), List.of());
        var assured = VerdictTable.judge(rows("a"), assertions("+a"));
        var partial = VerdictTable.judge(rows("a"), assertions("+a +b"));
        assertTrue(mismatch.upgradesTo(assured));
        assertFalse(mismatch.upgradesTo(partial));
        assertFalse(partial.upgradesTo(assured));
        assertFalse(assured.upgradesTo(mismatch));
    }

    /// Every Hop-Record over three names, every answer of each of them: 8 x 4^3 cases.
    @Test
    void assuredMeansThatExactlyTheListedAttestedAndNobodySaidNo() {
        int assured = 0;
        for (int listed = 0; listed < 8; listed++) {
            for (int answers = 0; answers < 64; answers++) {
                var rows = new ArrayList<String>();
                var said = new ArrayList<HopAssertion>();
                boolean allGood = true;
                for (int i = 0; i < 3; i++) {
                    var name = NAMES.get(i);
                    var onPath = (listed >> i & 1) == 1;
                    if (onPath) {
                        rows.add(name);
                    }
                    // 0 silent, 1 yes, 2 no, 3 yes over clear text.
                    var answer = answers >> (2 * i) & 3;
                    if (answer > 0) {
                        said.add(assertion(" +-!".charAt(answer) + name));
                    }
                    allGood &= answer == (onPath ? 1 : 0);
                }
                var level = VerdictTable.judge(Optional.of(rows), said).level();
                assertEquals(allGood, level == Level.ASSURED, () -> rows + " " + said);
                assured += allGood ? 1 : 0;
            }
        }
        assertEquals(8, assured);
    }

    private static Optional<List<String>> rows(String text) {
        return switch (text) {
            case "absent" -> Optional.empty();
            case "empty" -> Optional.of(List.of(""));
            default -> Optional.of(List.of(text));
        };
    }

    private static List<HopAssertion> assertions(@Nullable String text) {
        return text == null
                ? List.of()
                : Stream.of(text.split(" ")).map(VerdictTableTest::assertion).toList();
    }

    static HopAssertion assertion(String text) {
        if (text.equals("uas")) {
            return new HopAssertion(hop("callee"), Role.UAS, true, "", tls(), Channel.UNTOLD);
        }
        var colon = text.indexOf(':');
        var hop =
                colon < 0
                        ? hop(text.substring(1))
                        : new Hop(
                                text.substring(1, colon),
                                Integer.parseInt(text.substring(colon + 1)));
        return switch (text.charAt(0)) {
            case '+' -> new HopAssertion(hop, Role.PROXY, true, "", tls(), tls());
            case '-' -> new HopAssertion(hop, Role.PROXY, false, "no", tls(), Channel.UNTOLD);
            default ->
                    new HopAssertion(
                            hop, Role.PROXY, true, "", tls(), new Channel("none", "", "", "", ""));
        };
    }

    static Channel tls() {
        return new Channel("tls", "TLSv1.3", "TLS_AES_128_GCM_SHA256", "p", "mutual");
    }

    static Hop hop(String host) {
        return Hop.of(host, 5061);
    }
}
