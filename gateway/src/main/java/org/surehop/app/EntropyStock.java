package org.surehop.app;

import java.nio.ByteBuffer;
import java.util.function.Supplier;
import org.surehop.core.gateway.Entropy;

/// Hands out fresh random numbers for one event each. Drawn from the generator in pages, because
/// an approved generator costs as much for sixteen octets as for hundreds; what was handed out is
/// wiped from the page. Used by the loop thread alone.
final class EntropyStock implements Supplier<Entropy> {
    /// 256 events; an approved generator gives at most 65,536 octets at once (SP 800-90A).
    private static final int PAGE = 4096;

    /// Fills a page with octets that nobody can guess.
    @FunctionalInterface
    interface Generator {
        void fill(byte[] page);
    }

    private final Generator generator;
    private final byte[] octets = new byte[PAGE];
    private final ByteBuffer page = ByteBuffer.wrap(octets).limit(0);

    EntropyStock(Generator generator) {
        this.generator = generator;
    }

    @Override
    public Entropy get() {
        if (!page.hasRemaining()) {
            generator.fill(octets);
            page.clear();
        }
        return new Entropy(take(), take());
    }

    private long take() {
        var at = page.position();
        var number = page.getLong();
        page.putLong(at, 0);
        return number;
    }
}
