package org.surehop.adapter.snmp;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.snmp4j.smi.Counter32;
import org.snmp4j.smi.Gauge32;
import org.snmp4j.smi.Integer32;
import org.snmp4j.smi.OID;
import org.snmp4j.smi.OctetString;
import org.snmp4j.smi.Variable;
import org.surehop.core.gateway.PolicyRules;
import org.surehop.core.pinhole.OperStatus;
import org.surehop.core.pinhole.middlebox.PolicyRule;
import org.surehop.core.pinhole.middlebox.Tally;

/// `MIDCOM-MIB` at one moment. Rules are sorted once for each state of the rules, not for each
/// request: a column is the same sorted array of indices with another function for its values.
final class MidcomRows {
    /// The most octets of `midcomRuleOwner`.
    static final int MOST_OWNER = 32;

    private static final String TRANSACTION = "1.3.6.1.2.1.171.1.1.";
    private static final String CONFIG = "1.3.6.1.2.1.171.1.2.";
    private static final String STATISTICS = "1.3.6.1.2.1.171.1.3.2.";
    private static final OID[] ALONE = {new OID("0")};

    private final Sorted sorted;
    private final List<Column> columns;

    /// The values of `indices` below `name`, in their order.
    private record Column(OID name, OID[] indices, IntFunction<Variable> value) {}

    /// Rules by index, and the time when the last member of each group ends.
    private record Sorted(
            List<PolicyRule> ofCalls,
            List<PolicyRule> ofAgents,
            OID[] rules,
            PolicyRule[] rule,
            OID[] groups,
            Instant[] groupEnds,
            long owners) {

        static Sorted of(PolicyRules all) {
            var byIndex = new TreeMap<OID, PolicyRule>();
            var groups = new TreeMap<OID, Instant>();
            for (var rules : List.of(all.ofCalls(), all.ofAgents())) {
                for (var r : rules) {
                    byIndex.put(MidcomTable.index(r.owner(), r.group(), r.index()), r);
                    var group = MidcomTable.index(r.owner(), r.group());
                    groups.merge(group, r.ends(), (a, b) -> a.isAfter(b) ? a : b);
                }
            }
            return new Sorted(
                    all.ofCalls(),
                    all.ofAgents(),
                    byIndex.keySet().toArray(OID[]::new),
                    byIndex.values().toArray(PolicyRule[]::new),
                    groups.keySet().toArray(OID[]::new),
                    groups.values().toArray(Instant[]::new),
                    byIndex.values().stream().map(MidcomRows::owner).distinct().count());
        }

        /// The very lists, not equal ones: comparing 25,000 rules would cost what sorting does.
        @SuppressWarnings("ReferenceEquality")
        boolean isOf(PolicyRules all) {
            return ofCalls == all.ofCalls() && ofAgents == all.ofAgents();
        }
    }

    private static String owner(PolicyRule rule) {
        var octets = rule.owner().getBytes(StandardCharsets.UTF_8);
        return new String(octets, 0, Math.min(octets.length, MOST_OWNER), StandardCharsets.UTF_8);
    }

    private MidcomRows(Sorted sorted, PolicyRules all, Instant at) {
        this.sorted = sorted;
        this.columns = columns(sorted, all, at);
    }

    static MidcomRows of(PolicyRules all, Instant at) {
        return new MidcomRows(Sorted.of(all), all, at);
    }

    /// The next moment; what has not changed is not sorted again.
    MidcomRows next(PolicyRules all, Instant at) {
        return sorted.isOf(all) ? new MidcomRows(sorted, all, at) : of(all, at);
    }

    /// Whether both were sorted by one sorting.
    @SuppressWarnings("ReferenceEquality")
    boolean sharesRowsWith(MidcomRows other) {
        return sorted == other.sorted;
    }

    private static List<Column> columns(Sorted sorted, PolicyRules all, Instant at) {
        var out = new ArrayList<Column>();
        for (var column : MidcomTable.values()) {
            out.add(
                    new Column(
                            column.column(), sorted.rules(), i -> column.of(sorted.rule()[i], at)));
        }
        out.add(
                new Column(
                        new OID(TRANSACTION + "4.1.3"),
                        sorted.groups(),
                        i -> MidcomTable.seconds(left(sorted.groupEnds()[i], at))));
        var can = all.abilities();
        scalar(out, CONFIG + "1", MidcomTable.seconds(can.maxLifetime()));
        scalar(out, CONFIG + "2", truth(false));
        // Index 0: the same on every interface.
        scalar(out, CONFIG + "3.1.2", bits(can));
        scalar(out, CONFIG + "3.1.3", truth(can.firewall()));
        statistics(out, sorted, all);
        return out;
    }

    private static Duration left(Instant ends, Instant at) {
        return ends.isAfter(at) ? Duration.between(at, ends) : Duration.ZERO;
    }

    private static void statistics(List<Column> out, Sorted sorted, PolicyRules all) {
        scalar(out, STATISTICS + "1", new Gauge32(sorted.owners()));
        // No SET makes an entry, so that none can fail to, or be incomplete.
        scalar(out, STATISTICS + "2", new Counter32(0));
        scalar(out, STATISTICS + "3", new Gauge32(0));
        var reserved =
                Arrays.stream(sorted.rule()).filter(r -> r.status() == OperStatus.RESERVED).count();
        kind(out, 4, all.reserves(), reserved);
        kind(out, 10, all.enables(), sorted.rule().length - reserved);
    }

    private static void kind(List<Column> out, int first, Tally tally, long active) {
        var values =
                List.of(
                        counter(tally.incorrect()),
                        counter(tally.rejected()),
                        new Gauge32(active),
                        counter(tally.expired()),
                        counter(tally.terminatedOnRequest()),
                        counter(tally.terminated()));
        for (int i = 0; i < values.size(); i++) {
            scalar(out, STATISTICS + (first + i), values.get(i));
        }
    }

    private static void scalar(List<Column> out, String name, Variable value) {
        out.add(new Column(new OID(name), ALONE, _ -> value));
    }

    private static Variable counter(long value) {
        return new Counter32(value & 0xFFFF_FFFFL);
    }

    private static Variable truth(boolean value) {
        return new Integer32(value ? 1 : 2);
    }

    /// `midcomConfigIfBits`: ipv4, ipv6, addressWildcards and portWildcards (who sends to the
    /// inside may be anyone, from any port), firewall, nat, portTranslation.
    private static Variable bits(PolicyRules.Abilities can) {
        int firewall = can.firewall() ? 0xF8 : 0;
        int nat = can.nat() ? 0x06 : 0;
        return new OctetString(new byte[] {(byte) (firewall | nat), 0});
    }

    /// The value of exactly that instance.
    @Nullable Variable get(OID oid) {
        for (var column : columns) {
            if (oid.startsWith(column.name())) {
                var at = position(column, oid);
                return at >= 0 ? column.value().apply(at) : null;
            }
        }
        return null;
    }

    /// The first instance beyond that name, or of that name itself.
    Map.@Nullable Entry<OID, Variable> after(OID bound, boolean included) {
        for (var column : columns) {
            int at = first(column, bound, included);
            if (at < column.indices().length) {
                var name = new OID(column.name()).append(column.indices()[at]);
                return Map.entry(name, column.value().apply(at));
            }
        }
        return null;
    }

    private static int first(Column column, OID bound, boolean included) {
        if (!bound.startsWith(column.name())) {
            return bound.compareTo(column.name()) < 0 ? 0 : column.indices().length;
        }
        int at = position(column, bound);
        return at < 0 ? -at - 1 : included ? at : at + 1;
    }

    private static int position(Column column, OID oid) {
        var length = column.name().size();
        var index = new OID(oid.getValue(), length, oid.size() - length);
        return Arrays.binarySearch(column.indices(), index);
    }
}
