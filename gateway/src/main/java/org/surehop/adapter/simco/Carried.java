package org.surehop.adapter.simco;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The attributes of one message, asked for by kind. One kind comes once, but for rule identifiers
/// and tuples.
final class Carried {
    private static final Set<Class<? extends Attribute>> SEVERAL =
            Set.of(Attribute.RuleId.class, Attribute.Tuple.class);

    private final List<Attribute> all;

    Carried(List<Attribute> all) throws BadFrame {
        this.all = List.copyOf(all);
        var single = all.stream().filter(a -> !SEVERAL.contains(a.getClass())).toList();
        if (single.stream().map(Attribute::getClass).distinct().count() != single.size()) {
            throw new BadFrame(BadFrame.Kind.REPEATED_ATTRIBUTE);
        }
    }

    /// RFC 4540 §6: a request has the attributes of its format, and no others.
    Carried only(Set<Class<? extends Attribute>> kinds) throws BadFrame {
        if (rules().size() > 1) {
            throw new BadFrame(BadFrame.Kind.REPEATED_ATTRIBUTE);
        }
        if (!all.stream().allMatch(a -> kinds.contains(a.getClass()))) {
            throw new BadFrame(BadFrame.Kind.UNEXPECTED_ATTRIBUTE);
        }
        return this;
    }

    <T extends Attribute> Optional<T> maybe(Class<T> kind) {
        return all.stream().filter(kind::isInstance).map(kind::cast).findFirst();
    }

    <T extends Attribute> T must(Class<T> kind) throws BadFrame {
        return maybe(kind).orElseThrow(() -> new BadFrame(BadFrame.Kind.MISSING_ATTRIBUTE));
    }

    /// In the order of the wire.
    List<Attribute.Tuple> tuples() {
        return all.stream()
                .filter(Attribute.Tuple.class::isInstance)
                .map(Attribute.Tuple.class::cast)
                .toList();
    }

    List<Long> rules() {
        return all.stream()
                .filter(Attribute.RuleId.class::isInstance)
                .map(a -> ((Attribute.RuleId) a).id())
                .toList();
    }
}
