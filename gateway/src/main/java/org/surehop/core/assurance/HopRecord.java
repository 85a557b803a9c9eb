package org.surehop.core.assurance;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.surehop.core.sip.Hop;
import org.surehop.core.sip.Via;

/// The SIP elements between two user agents as a `Hop-Record` header names them: a set, since
/// order means nothing (POL-62). It keeps the order in which it was made, caller's side first, so
/// that what is sent is the same each time.
public record HopRecord(Set<Hop> hops) {
    /// The most entries that a received header may have (POL-63).
    public static final int MAX_ENTRIES = 70;

    public HopRecord {
        hops = Collections.unmodifiableSet(new LinkedHashSet<>(hops));
    }

    /// Reads the values of all `Hop-Record` rows (POL-60): hosts, `host:port`, IPv6 references,
    /// `sip:` and `sips:` URIs, name-addr, each with parameters, in one row or several. Blank rows
    /// are an empty record. Empty means malformed or more than [#MAX_ENTRIES] entries.
    public static Optional<HopRecord> parse(List<String> rows) {
        var hops = new LinkedHashSet<Hop>();
        int entries = 0;
        for (var row : rows) {
            if (row.isBlank()) {
                continue;
            }
            var values = HopSyntax.split(row, MAX_ENTRIES - entries);
            entries += values.size();
            if (values.isEmpty()) {
                return Optional.empty();
            }
            for (var value : values) {
                var hop = HopSyntax.hop(value);
                if (hop.isEmpty()) {
                    return Optional.empty();
                }
                hops.add(hop.get());
            }
        }
        return Optional.of(new HopRecord(hops));
    }

    /// What a UAS returns: the sent-by of every Via but the bottom one, which is the UAC's own
    /// (POL-61).
    public static HopRecord of(List<Via> vias) {
        var path = new ArrayList<>(vias.subList(0, Math.max(0, vias.size() - 1)));
        Collections.reverse(path);
        return new HopRecord(
                path.stream().map(Via::hop).collect(Collectors.toCollection(LinkedHashSet::new)));
    }

    /// The record for the caller of a B2BUA, when this one came from its callee: the ingress Vias
    /// but the UAC's, the B2BUA itself, and these (POL-64).
    public HopRecord merged(List<Via> ingressVias, Hop self) {
        var all = new LinkedHashSet<>(of(ingressVias).hops());
        all.add(self);
        all.addAll(hops);
        return new HopRecord(all);
    }

    /// Those of them that are not `hidden`.
    public HopRecord without(Predicate<Hop> hidden) {
        return new HopRecord(
                hops.stream()
                        .filter(hidden.negate())
                        .collect(Collectors.toCollection(LinkedHashSet::new)));
    }

    /// The header value: bare hosts, a port only where it is not the default (POL-60).
    public String render() {
        return hops.stream().map(Hop::toString).collect(Collectors.joining(", "));
    }
}
