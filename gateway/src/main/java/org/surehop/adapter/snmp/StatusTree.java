package org.surehop.adapter.snmp;

import java.nio.charset.StandardCharsets;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.snmp4j.smi.Counter64;
import org.snmp4j.smi.Gauge32;
import org.snmp4j.smi.Integer32;
import org.snmp4j.smi.OID;
import org.snmp4j.smi.Variable;
import org.surehop.core.gateway.Status;
import org.surehop.core.report.JournalEntry;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;

/// One status as all instances of `SUREHOP-MIB`, in the order of their names.
final class StatusTree {
    /// `surehopObjects`.
    static final OID ROOT = new OID("1.3.6.1.4.1.32473.2.1.1");

    private static final int VERDICTS = 8;
    private static final int MAX_NAME = 64;

    private final NavigableMap<OID, Variable> values = new TreeMap<>();

    private StatusTree() {}

    static NavigableMap<OID, Variable> of(Status status) {
        var tree = new StatusTree();
        tree.identity(status);
        tree.health(status);
        tree.calls(status);
        tree.verdicts(status);
        tree.reasons(status);
        tree.notices(status);
        tree.counters(status);
        status.decisions().forEach(tree::decision);
        return tree.values;
    }

    private void identity(Status status) {
        put(Words.text(status.box().id()), 1, 1, 0);
        put(Words.text(status.box().name()), 1, 2, 0);
        put(Words.text(status.box().version()), 1, 3, 0);
        put(Words.dateAndTime(status.snapshot().startedAt()), 1, 4, 0);
        put(Words.text(status.box().bootId()), 1, 5, 0);
    }

    private void health(Status status) {
        put(new Integer32(status.state().number()), 2, 1, 0);
        for (var part : status.parts()) {
            var index = part.part().number();
            put(new Integer32(part.state().number()), 2, 2, 1, 2, index);
            put(Words.text(part.phrase()), 2, 2, 1, 3, index);
        }
    }

    private void calls(Status status) {
        put(gauge(status.snapshot().activeCalls()), 3, 1, 0);
        put(gauge(status.snapshot().transactions()), 3, 2, 0);
        put(gauge(status.snapshot().enabledFlows()), 3, 3, 0);
    }

    private void verdicts(Status status) {
        var counts = new long[VERDICTS + 1];
        status.snapshot()
                .verdicts()
                .forEach((level, count) -> counts[Words.verdict(level)] += count);
        for (int level = 0; level <= VERDICTS; level++) {
            put(new Counter64(counts[level]), 4, 1, 1, 2, level);
        }
    }

    private void reasons(Status status) {
        for (var reason : Reason.values()) {
            var count = status.snapshot().reasons().getOrDefault(reason, 0L);
            put(Words.text(reason.wireName()), 4, 2, 1, 2, reason.number());
            put(new Counter64(count), 4, 2, 1, 3, reason.number());
        }
    }

    private void notices(Status status) {
        for (var kind : NoticeKind.values()) {
            var count = status.notices().getOrDefault(kind, 0L);
            put(Words.text(kind.wireName()), 4, 3, 1, 2, kind.number());
            put(new Counter64(count), 4, 3, 1, 3, kind.number());
        }
    }

    private void counters(Status status) {
        status.snapshot()
                .counters()
                .forEach(
                        (name, count) -> {
                            var oid = new OID(ROOT);
                            oid.append(new OID(new int[] {4, 4, 1, 2}));
                            for (var octet : visible(name)) {
                                oid.append(octet);
                            }
                            values.put(oid, new Counter64(count));
                        });
    }

    private static byte[] visible(String name) {
        var ascii = name.replaceAll("[^\\x21-\\x7e]", "_");
        var cut = ascii.substring(0, Math.min(MAX_NAME, ascii.length()));
        return cut.getBytes(StandardCharsets.US_ASCII);
    }

    private void decision(JournalEntry entry) {
        var notice = entry.notice();
        var index = (int) entry.seq();
        var callId = notice.call().map(c -> c.callId().value()).orElse("");
        put(Words.dateAndTime(notice.at()), 5, 1, 1, 2, index);
        put(new Integer32(notice.kind().number()), 5, 1, 1, 3, index);
        put(new Integer32(notice.severity().ordinal() + 1), 5, 1, 1, 4, index);
        put(Words.text(callId), 5, 1, 1, 5, index);
        put(new Integer32(Words.verdict(notice)), 5, 1, 1, 6, index);
        put(new Integer32(notice.reason().number()), 5, 1, 1, 7, index);
        put(Words.detail(notice.details()), 5, 1, 1, 8, index);
    }

    private static Gauge32 gauge(long value) {
        return new Gauge32(Math.clamp(value, 0L, 0xffff_ffffL));
    }

    private void put(Variable value, int... below) {
        var oid = new OID(ROOT);
        oid.append(new OID(below));
        values.put(oid, value);
    }
}
