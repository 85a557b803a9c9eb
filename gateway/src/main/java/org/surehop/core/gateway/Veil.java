package org.surehop.core.gateway;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.surehop.core.assurance.HopAssertion;
import org.surehop.core.assurance.HopLedger;
import org.surehop.core.assurance.HopNotify;
import org.surehop.core.assurance.HopRecord;
import org.surehop.core.assurance.Verdict;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.config.HopPolicy;
import org.surehop.core.config.Topology;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Hop;
import org.surehop.core.sip.Leg;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.StatusCode;
import org.surehop.core.sip.Target;
import org.surehop.core.sip.Via;

/// What one realm may learn of the elements on the other side of us (POL-83, D4): which of them
/// `Hop-Record` names, who speaks in our NOTIFY, and which header rows cross. Under `full` a
/// message goes as it is. Bodies are never changed. Pure.
record Veil(Topology topology, HopPolicy policy, GatewayConfig.Identity self) {
    private static final List<String> CERTIFICATES =
            List.of("application/pkix-cert", "application/pkcs7-mime");

    /// Before the far end that has proven these names.
    static Veil before(GatewayConfig config, List<String> identities) {
        return new Veil(
                config.topologyFor(identities), config.assurance().hops(), config.gateway());
    }

    /// Before the far side of a request: by the names that it has proven in the dialog, else by the
    /// domain that it is dialled for.
    static Veil before(GatewayConfig config, Optional<Relation> relation, Leg leg, Target target) {
        var proven = relation.map(r -> r.proven(leg)).orElse(List.of());
        if (!proven.isEmpty()) {
            return before(config, proven);
        }
        return before(
                config,
                switch (target) {
                    case Target.Locate(var hop) -> List.of(hop.domain());
                    case Target.Another(var hop, _) -> List.of(hop.domain());
                    case Target.FlowElse(_, var hop) -> List.of(hop.domain());
                    case Target.Flow _ -> List.of();
                });
    }

    boolean open() {
        return topology == Topology.FULL;
    }

    boolean hides(Hop hop) {
        return switch (topology) {
            case FULL -> false;
            case DOMAIN -> policy.ours(hop.host());
            case SELF, NONE -> true;
        };
    }

    /// The `Hop-Record` for this realm (POL-64): the elements on its own side, us, and those beyond
    /// that it may know.
    Optional<HopRecord> record(HopRecord beyond, List<Via> ownSide) {
        return topology == Topology.NONE
                ? Optional.empty()
                : Optional.of(beyond.without(this::hides).merged(ownSide, self.hop()));
    }

    /// What we say of ourselves: under a veil for all who stand behind it, and yes only if each of
    /// them did.
    HopAssertion own(HopAssertion plain, Verdict verdict, HopLedger ledger) {
        return open()
                ? plain
                : HopNotify.aggregate(plain, covers(verdict, ledger), verdict.reason());
    }

    /// Who else speaks in our NOTIFY.
    List<HopAssertion> relayed(Collection<HopAssertion> assertions) {
        return assertions.stream()
                .filter(a -> !hides(a.hop()))
                .map(a -> open() ? a : a.withoutNeighbours())
                .toList();
    }

    /// Whether all hidden hops attested, and none of them is to be reproached.
    private boolean covers(Verdict verdict, HopLedger ledger) {
        if (verdict.level() == Verdict.Level.ASSURED) {
            return true;
        }
        var faults = verdict.faulty();
        return !faults.isEmpty()
                && !ledger.overflowed()
                && verdict.level() != Verdict.Level.UNVERIFIED
                && faults.stream().noneMatch(this::hides);
    }

    /// A response of the far side on its way to `asked`. What is registered is the user's own and
    /// not ours to hide.
    Response cover(Response out, Request asked) {
        if (open()) {
            return out;
        }
        var rows = new VeiledRows(this::hides, self.name());
        var places = List.of(asked.uri().host(), asked.to().uri().host(), self.name());
        var registers = asked.method().equals(Method.REGISTER);
        var others =
                rows.shown(out.others(), c -> registers || VeiledRows.within(c.value(), places));
        var covered =
                out.toBuilder()
                        .reason(StatusPhrase.of(out.status().value()))
                        .from(asked.from())
                        .to(to(out, asked))
                        .others(others)
                        .body(body(out, rows));
        if (out.status().value() / 100 != 3 && out.status().value() != 485) {
            return covered.build();
        }
        var first = out.contact().filter(c -> places.contains(c.uri().host()));
        covered.contact(first);
        if (first.isEmpty() && others.stream().noneMatch(h -> h.is("Contact"))) {
            // There is nowhere to look that the asker may know.
            covered.status(new StatusCode(480)).reason(StatusPhrase.of(480));
        }
        return covered.build();
    }

    private static NameAddr to(Response out, Request asked) {
        return asked.to().tag().isEmpty() && !out.to().tag().isEmpty()
                ? asked.to().withTag(out.to().tag())
                : asked.to();
    }

    /// The certificate of somebody who wants to read (E2M-13) says who he is.
    private static Body body(Response out, VeiledRows rows) {
        var certificate = out.status().failure() && CERTIFICATES.contains(out.body().mediaType());
        return certificate && !rows.showsLabel(out.others()) ? Body.NONE : out.body();
    }

    /// A request on its way to this realm.
    Request cover(Request out) {
        if (open()) {
            return out;
        }
        var rows = new VeiledRows(this::hides, self.name());
        var registers = out.method().equals(Method.REGISTER);
        return out.toBuilder().others(rows.shown(out.others(), _ -> registers)).build();
    }
}
