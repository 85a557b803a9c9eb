package org.surehop.core.transaction;

import java.util.ArrayList;
import java.util.List;

/// What one input made of a machine: its next state, and what is to be done, in that order.
public record Step<S, O>(S state, List<O> outputs) {
    public Step {
        outputs = List.copyOf(outputs);
    }

    @SafeVarargs
    static <S, O> Step<S, O> to(S state, O... outputs) {
        var list = new ArrayList<O>(outputs.length);
        for (var output : outputs) {
            list.add(output);
        }
        return new Step<>(state, list);
    }
}
