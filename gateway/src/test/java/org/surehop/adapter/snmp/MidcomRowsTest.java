package org.surehop.adapter.snmp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.snmp4j.smi.OID;
import org.surehop.core.gateway.PolicyRules;
import org.surehop.core.pinhole.OperStatus;
import org.surehop.core.pinhole.middlebox.Endpoint;
import org.surehop.core.pinhole.middlebox.PolicyRule;
import org.surehop.core.pinhole.middlebox.Tally;
import org.surehop.core.pinhole.middlebox.Terms;
import org.surehop.core.sdp.Flow;

/// MIDCOM-MIB at one moment.
class MidcomRowsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final PolicyRules.Abilities CAN =
            new PolicyRules.Abilities(Duration.ofMinutes(5), true, false);
    private static final String RULE = "1.3.6.1.2.1.171.1.1.3.1.";

    private static PolicyRule rule(String owner, long group, long index, int port) {
        var flow =
                new Flow(
                        Flow.Transport.UDP,
                        InetAddress.ofLiteral("203.0.113.9"),
                        0,
                        InetAddress.ofLiteral("10.1.0.1"),
                        port);
        var terms = PolicyRule.terms(flow, true);
        var ends = NOW.plusSeconds(port % 100);
        return new PolicyRule(
                owner, group, index, OperStatus.ENABLED, terms, terms.internal(), ends);
    }

    private static PolicyRules rules(List<PolicyRule> ofCalls, List<PolicyRule> ofAgents) {
        return new PolicyRules(
                ofCalls, ofAgents, new Tally(1, 2, 3, 4, 5), new Tally(6, 7, 8, 9, 10), CAN);
    }

    private static String at(MidcomRows rows, String oid) {
        var value = rows.get(new OID(oid));
        return value == null ? "nothing" : value.toString();
    }

    @Test
    void showsARuleOfACallUnderItsOwnerGroupAndIndex() {
        var rows = MidcomRows.of(rules(List.of(rule("ab", 7, 2, 4030)), List.of()), NOW);
        var index = ".2.97.98.7.2";
        assertEquals("8", at(rows, RULE + "5" + index));
        assertEquals("2", at(rows, RULE + "4" + index));
        assertEquals("1", at(rows, RULE + "10" + index));
        assertEquals("17", at(rows, RULE + "12" + index));
        assertEquals("0a:01:00:01", at(rows, RULE + "16" + index));
        assertEquals("32", at(rows, RULE + "17" + index));
        assertEquals("4030", at(rows, RULE + "18" + index));
        assertEquals("cb:00:71:09", at(rows, RULE + "19" + index));
        assertEquals("0", at(rows, RULE + "21" + index));
        assertEquals("0a:01:00:01", at(rows, RULE + "24" + index));
        assertEquals("30", at(rows, RULE + "26" + index));
        assertEquals("30", at(rows, "1.3.6.1.2.1.171.1.1.4.1.3.2.97.98.7"));
        assertNull(rows.get(new OID(RULE + "3" + index)), "an index is not accessible");
        assertNull(rows.get(new OID(RULE + "5.2.97.98.7.3")));
    }

    @Test
    void aGroupLivesAsLongAsItsLongestMember() {
        var rows =
                MidcomRows.of(
                        rules(List.of(), List.of(rule("a", 1, 1, 4020), rule("a", 1, 2, 4050))),
                        NOW);
        assertEquals("50", at(rows, "1.3.6.1.2.1.171.1.1.4.1.3.1.97.1"));
    }

    @Test
    void countsBothKindsAndTheirOwners() {
        var kept =
                new PolicyRule(
                        "b",
                        2,
                        9,
                        OperStatus.RESERVED,
                        new Terms(
                                Terms.Protocol.TCP,
                                Terms.Direction.INBOUND,
                                new Endpoint(InetAddress.ofLiteral("::"), 0, 0),
                                new Endpoint(InetAddress.ofLiteral("::"), 0, 0),
                                2),
                        new Endpoint(InetAddress.ofLiteral("::"), 0, 0),
                        NOW);
        var rows =
                MidcomRows.of(
                        rules(List.of(rule("a", 1, 1, 4000), rule("a", 1, 2, 4001)), List.of(kept)),
                        NOW);
        var seen = new ArrayList<String>();
        for (int i = 1; i <= 15; i++) {
            seen.add(at(rows, "1.3.6.1.2.1.171.1.3.2." + i + ".0"));
        }
        assertEquals(
                List.of("2", "0", "0", "1", "2", "1", "3", "4", "5", "6", "7", "2", "8", "9", "10"),
                seen);
        assertEquals("1", at(rows, RULE + "4.1.98.2.9"));
        assertEquals("2", at(rows, RULE + "13.1.98.2.9"), "a pair of ports");
        assertEquals("2", at(rows, RULE + "14.1.98.2.9"), "IPv6");
        assertEquals("300", at(rows, "1.3.6.1.2.1.171.1.2.1.0"));
        assertEquals("2", at(rows, "1.3.6.1.2.1.171.1.2.2.0"));
        assertEquals("f8:00", at(rows, "1.3.6.1.2.1.171.1.2.3.1.2.0"));
        assertEquals("1", at(rows, "1.3.6.1.2.1.171.1.2.3.1.3.0"));
    }

    @Test
    void walksInOrderAndOnceOverEverything() {
        var many =
                List.of(
                        rule("longer", 1, 1, 4000),
                        rule("b", 0xFFFF_FFFFL, 0xFFFF_FFFFL, 4001),
                        rule("b", 2, 10, 4002),
                        rule("b", 2, 9, 4003));
        var rows = MidcomRows.of(rules(many, List.of()), NOW);
        var before = MidcomTable.ROOT;
        var steps = 0;
        for (var e = rows.after(before, true); e != null; e = rows.after(before, false)) {
            assertTrue(e.getKey().compareTo(before) > 0, e.getKey() + " after " + before);
            assertEquals(e.getValue(), rows.get(e.getKey()));
            before = e.getKey();
            steps++;
        }
        assertEquals(24 * 4 + 3 + 4 + 15, steps);
    }

    // Each GETNEXT of a table that large copied or sorted it: a walk took hours.
    @Test
    void holdsAsManyRulesAsTheFirewallAndSortsThemOnce() {
        var many = new ArrayList<PolicyRule>();
        for (int i = 0; i < 25_000; i++) {
            many.add(rule("call:peer" + i % 10, 1 + i / 4, 1 + i % 4, 1024 + i));
        }
        var all = rules(many, List.of());
        var rows = MidcomRows.of(all, NOW);
        var later = rows.next(all, NOW.plusSeconds(1));
        var steps = 0;
        var end = new OID("1.3.6.1.2.1.171.1.1.3.1.7");
        var before = MidcomTable.ROOT;
        for (var e = later.after(before, true);
                e != null && e.getKey().compareTo(end) < 0;
                e = later.after(before, false)) {
            before = e.getKey();
            steps++;
        }
        assertEquals(3 * 25_000, steps);
        assertTrue(rows.sharesRowsWith(later), "sorted once");
        var fewer = rules(many.subList(0, 3), List.of());
        assertTrue(!rows.sharesRowsWith(rows.next(fewer, NOW)), "sorted again when others");
        assertNotNull(later.get(new OID("1.3.6.1.2.1.171.1.3.2.1.0")));
    }

    @Test
    void cutsAnOwnerThatIsTooLong() {
        var name = "a".repeat(40);
        var rows = MidcomRows.of(rules(List.of(), List.of(rule(name, 1, 1, 4000))), NOW);
        assertEquals("8", at(rows, RULE + "5.32" + ".97".repeat(32) + ".1.1"));
    }
}
