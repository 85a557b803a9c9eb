package org.surehop.sim;

import java.util.SplittableRandom;

/// The one source of chance in a world.
final class Chance {
    private final SplittableRandom random;

    Chance(long seed) {
        random = new SplittableRandom(seed);
    }

    boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    boolean evens() {
        return random.nextBoolean();
    }

    int below(int n) {
        return random.nextInt(n);
    }

    long between(long from, long to) {
        return random.nextLong(from, to + 1);
    }

    long any() {
        return random.nextLong();
    }

    @SafeVarargs
    final <T> T of(T... choices) {
        return choices[random.nextInt(choices.length)];
    }

    /// Mostly `usual`; one time in `n` something else.
    @SafeVarargs
    final <T> T mostly(int n, T usual, T... others) {
        return oneIn(n) ? others[random.nextInt(others.length)] : usual;
    }
}
