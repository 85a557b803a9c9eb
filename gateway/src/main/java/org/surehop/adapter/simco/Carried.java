package org.surehop.adapter.simco;

import java.util.List;
import java.util.Optional;

/// The attributes of one message, asked for by kind. One kind comes once, a tuple once for each
/// place.
final class Carried {
    private final List<Attribute> all;

    Carried(List<Attribute> all) throws BadFrame {
        this.all = List.copyOf(all);
        var kinds = all.stream().filter(a -> !(a instanceof Attribute.RuleId)).map(Carried::kind);
        if (kinds.distinct().count()
                != all.stream().filter(a -> !(a instanceof Attribute.RuleId)).count()) {
            throw new BadFrame(BadFrame.Kind.REPEATED_ATTRIBUTE);
        }
    }

    private static String kind(Attribute attribute) {
        var name = attribute.getClass().getSimpleName();
        return attribute instanceof Attribute.Tuple tuple ? name + tuple.place() : name;
    }

    <T extends Attribute> Optional<T> maybe(Class<T> kind) {
        return all.stream().filter(kind::isInstance).map(kind::cast).findFirst();
    }

    <T extends Attribute> T must(Class<T> kind) throws BadFrame {
        return maybe(kind).orElseThrow(() -> new BadFrame(BadFrame.Kind.MISSING_ATTRIBUTE));
    }

    Optional<Attribute.Tuple> maybe(Attribute.Place place) {
        return all.stream()
                .filter(a -> a instanceof Attribute.Tuple t && t.place() == place)
                .map(Attribute.Tuple.class::cast)
                .findFirst();
    }

    Attribute.Tuple must(Attribute.Place place) throws BadFrame {
        return maybe(place).orElseThrow(() -> new BadFrame(BadFrame.Kind.MISSING_ATTRIBUTE));
    }

    List<Long> rules() {
        return all.stream()
                .filter(Attribute.RuleId.class::isInstance)
                .map(a -> ((Attribute.RuleId) a).id())
                .toList();
    }
}
