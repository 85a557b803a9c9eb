package org.surehop.adapter.cms;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import org.surehop.core.config.ContentKeys;
import org.surehop.core.disclosure.KeyScope;
import org.surehop.core.sip.Octets;

/// The content keys that later messages of the same dialog may be encrypted under (RFC 3185, CEK-6,
/// CEK-7): in memory only, found by scope and reference alone, limited in number, uses and time,
/// and overwritten with zeros when they go. For several threads.
final class KeptKeys {
    private final ContentKeys limits;
    private final InstantSource clock;
    private final Map<KeyScope, Dialog> dialogs = new HashMap<>();

    /// Oldest first: all are held for the same time, so this is the order in which they expire.
    private final LinkedHashSet<Kept> all = new LinkedHashSet<>();

    KeptKeys(ContentKeys limits, InstantSource clock) {
        this.limits = limits;
        this.clock = clock;
    }

    /// What a message says of its own content key.
    record Offer(Octets reference, int decrypts, Optional<KeyDerivation> derivation) {}

    /// A copy of a kept key; whoever asked for it wipes it.
    record Found(byte[] key, Optional<KeyDerivation> derivation) {}

    /// One scope that is in use or holds a key; guarded by the whole.
    private static final class Dialog {
        final Map<Octets, Kept> byReference = new HashMap<>();
        int leases;
        boolean over;
    }

    private static final class Kept {
        final KeyScope scope;
        final Offer offer;
        final byte[] key;
        final Instant until;
        int left;

        Kept(KeyScope scope, Offer offer, byte[] key, Instant until) {
            this.scope = scope;
            this.offer = offer;
            this.key = key;
            this.until = until;
            this.left = offer.decrypts();
        }
    }

    /// One reading in a scope. Whoever took it closes it, so that what a reading brings after the
    /// end of its dialog goes as well.
    final class Lease implements AutoCloseable {
        private final KeyScope scope;

        private Lease(KeyScope scope) {
            this.scope = scope;
        }

        /// The key of that reference, if this scope has it still.
        Optional<Found> find(Octets reference) {
            return found(scope, reference);
        }

        /// A message was encrypted under that key: one use less is left.
        void used(Octets reference) {
            use(scope, reference);
        }

        /// Keeps the key, unless it asks for more than the limits allow. The newer one of two with
        /// the same reference stays.
        void keep(Offer offer, byte[] key) {
            hold(scope, offer, key);
        }

        @Override
        public void close() {
            leave(scope);
        }
    }

    /// Begins a reading; in [KeyScope#NONE] nothing is kept or found.
    synchronized Lease enter(KeyScope scope) {
        expire();
        if (!scope.equals(KeyScope.NONE)) {
            dialogs.computeIfAbsent(scope, _ -> new Dialog()).leases++;
        }
        return new Lease(scope);
    }

    private synchronized void leave(KeyScope scope) {
        var dialog = dialogs.get(scope);
        if (dialog == null) {
            return;
        }
        dialog.leases--;
        if (dialog.over && dialog.leases == 0) {
            end(scope);
        }
        tidy(scope, dialog);
    }

    /// The dialog is over: its keys are wiped, at once or with the last reading in it.
    synchronized void end(KeyScope scope) {
        expire();
        var dialog = dialogs.get(scope);
        if (dialog == null) {
            return;
        }
        dialog.over = true;
        if (dialog.leases == 0) {
            java.util.List.copyOf(dialog.byReference.values()).forEach(this::drop);
            dialogs.remove(scope);
        }
    }

    /// Wipes everything.
    synchronized void endAll() {
        java.util.List.copyOf(all).forEach(this::drop);
    }

    synchronized int size() {
        return all.size();
    }

    private synchronized Optional<Found> found(KeyScope scope, Octets reference) {
        expire();
        return kept(scope, reference).map(k -> new Found(k.key.clone(), k.offer.derivation()));
    }

    private Optional<Kept> kept(KeyScope scope, Octets reference) {
        return Optional.ofNullable(dialogs.get(scope)).map(d -> d.byReference.get(reference));
    }

    private synchronized void use(KeyScope scope, Octets reference) {
        kept(scope, reference)
                .ifPresent(
                        kept -> {
                            kept.left--;
                            if (kept.left <= 0) {
                                drop(kept);
                            }
                        });
    }

    private synchronized void hold(KeyScope scope, Offer offer, byte[] key) {
        var dialog = dialogs.get(scope);
        if (dialog == null
                || limits.holding().isZero()
                || offer.decrypts() < 1
                || offer.decrypts() > limits.maxDecrypts()) {
            return;
        }
        kept(scope, offer.reference()).ifPresent(this::drop);
        if (dialog.byReference.size() >= limits.perDialog()) {
            all.stream().filter(k -> k.scope.equals(scope)).findFirst().ifPresent(this::drop);
        }
        if (all.size() >= limits.total()) {
            drop(all.getFirst());
        }
        var until = clock.instant().plus(limits.holding());
        var kept = new Kept(scope, offer, key.clone(), until);
        dialog.byReference.put(offer.reference(), kept);
        all.add(kept);
    }

    private void expire() {
        var now = clock.instant();
        while (!all.isEmpty() && !all.getFirst().until.isAfter(now)) {
            drop(all.getFirst());
        }
    }

    private void drop(Kept kept) {
        Arrays.fill(kept.key, (byte) 0);
        all.remove(kept);
        var dialog = dialogs.get(kept.scope);
        if (dialog != null) {
            dialog.byReference.remove(kept.offer.reference(), kept);
            tidy(kept.scope, dialog);
        }
    }

    private void tidy(KeyScope scope, Dialog dialog) {
        if (dialog.leases == 0 && dialog.byReference.isEmpty()) {
            dialogs.remove(scope);
        }
    }
}
