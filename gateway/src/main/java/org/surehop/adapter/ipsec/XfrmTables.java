package org.surehop.adapter.ipsec;

import java.util.List;
import java.util.Optional;

/// The kernel's two IPsec tables at one moment. Pure.
record XfrmTables(List<Policy> policies, List<Association> associations) {
    static XfrmTables parse(String policies, String associations) {
        return new XfrmTables(Policy.parse(policies), Association.parse(associations));
    }

    /// Either the algorithm that encrypts the flow in both directions, or what is missing.
    record Judgement(String algorithm, String missing) {}

    Judgement judge(Selector.Flow out) {
        var there = judge("out", out);
        return there.missing.isEmpty() ? worse(there, judge("in", out.back())) : there;
    }

    private static Judgement worse(Judgement out, Judgement in) {
        return in.missing.isEmpty() ? out : in;
    }

    private Judgement judge(String way, Selector.Flow flow) {
        var template = template(way, flow);
        if (template.isEmpty()) {
            return missing("no policy demands ESP " + way + ", " + ends(flow));
        }
        var usable = associations.stream().filter(a -> a.serves(flow, template.get())).toList();
        if (usable.isEmpty()) {
            return missing("no security association " + way + ", " + ends(flow));
        }
        // Which of them the kernel takes is its affair: all must encrypt.
        return usable.stream().anyMatch(a -> a.cipher().isEmpty())
                ? missing("a security association does not encrypt " + way + ", " + ends(flow))
                : new Judgement(usable.getFirst().cipher(), "");
    }

    /// What decides is the lowest priority number; among equals all must agree. A policy for marked
    /// packets is not relied on, but it may let them pass.
    private Optional<Policy.Template> template(String way, Selector.Flow flow) {
        var all = policies.stream().filter(p -> p.concerns(way, flow)).toList();
        var relied = all.stream().filter(p -> !p.marked() || p.esp(flow).isEmpty()).toList();
        var first = relied.stream().mapToLong(Policy::priority).min();
        if (first.isEmpty()) {
            return Optional.empty();
        }
        var deciding = relied.stream().filter(p -> p.priority() == first.getAsLong()).toList();
        return deciding.stream().allMatch(p -> p.esp(flow).isPresent())
                ? deciding.getFirst().esp(flow)
                : Optional.empty();
    }

    private static Judgement missing(String what) {
        return new Judgement("", what);
    }

    private static String ends(Selector.Flow flow) {
        return flow.from().getAddress().getHostAddress()
                + " to "
                + flow.to().getAddress().getHostAddress();
    }
}
