package org.surehop.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/// The inputs that a fuzzer has kept (`tests/corpus`), each as it is and changed in some thousand
/// ways by a seed: the same ones each time. `tests/fuzz/run` looks for new ones.
public final class Corpus {
    private static final int ROUNDS = Integer.getInteger("fuzz.rounds", 60);
    private static final int MAX_OCTETS = 65_536;

    private final List<byte[]> kept;
    private final SplittableRandom random = new SplittableRandom(70);

    private Corpus(List<byte[]> kept) {
        this.kept = kept;
    }

    /// The corpus of that name, sorted, so that each run is like the one before it.
    public static Corpus of(String name) throws IOException {
        try (var files = Files.list(Path.of("../tests/corpus", name))) {
            var kept = new java.util.ArrayList<byte[]>();
            for (var file : files.sorted().toList()) {
                kept.add(Files.readAllBytes(file));
            }
            return new Corpus(kept);
        }
    }

    public int size() {
        return kept.size();
    }

    /// Gives everything to `target`, which throws when something is wrong.
    public void feed(Consumer<byte[]> target) {
        for (var input : kept) {
            target.accept(input);
            for (int round = 0; round < ROUNDS; round++) {
                target.accept(changed(input.clone()));
            }
        }
    }

    private byte[] changed(byte[] input) {
        var out = input;
        for (int n = random.nextInt(1, 5); n > 0 && out.length > 0; n--) {
            var at = random.nextInt(out.length);
            out =
                    switch (random.nextInt(6)) {
                        case 0 -> set(out, at, random.nextInt(256));
                        case 1 -> set(out, at, out[at] ^ (1 << random.nextInt(8)));
                        case 2 -> Arrays.copyOf(out, at);
                        case 3 -> repeated(out, at);
                        case 4 -> without(out, at);
                        default -> crossed(out, at);
                    };
        }
        return out;
    }

    private static byte[] set(byte[] input, int at, int value) {
        input[at] = (byte) value;
        return input;
    }

    private byte[] repeated(byte[] input, int at) {
        var end = Math.min(input.length, at + random.nextInt(1, 64));
        var out = Arrays.copyOf(input, Math.min(MAX_OCTETS, input.length + end - at));
        System.arraycopy(input, at, out, end, out.length - end);
        return out;
    }

    private byte[] without(byte[] input, int at) {
        var end = Math.min(input.length, at + random.nextInt(1, 16));
        var out = Arrays.copyOf(input, input.length - (end - at));
        System.arraycopy(input, end, out, at, input.length - end);
        return out;
    }

    private byte[] crossed(byte[] input, int at) {
        var other = kept.get(random.nextInt(kept.size()));
        var from = random.nextInt(other.length);
        var out = Arrays.copyOf(input, Math.min(MAX_OCTETS, at + other.length - from));
        System.arraycopy(other, from, out, at, out.length - at);
        return out;
    }
}
