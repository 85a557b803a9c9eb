package org.surehop.core.pinhole.middlebox;

import java.util.Optional;

/// Where a NAT takes outside and inside addresses for PRR from. A pure firewall has none to give
/// and needs none.
public interface AddressStock {
    /// The stock of a pure firewall: every reservation succeeds with empty addresses (MID-9).
    AddressStock NONE =
            new AddressStock() {
                @Override
                public Outcome reserve(long rule, Reservation wanted) {
                    return wanted.service() == Reservation.Service.TWICE
                            ? new Outcome.Lacking(Failure.LACK_OF_ADDRESSES)
                            : new Outcome.Kept(Optional.empty(), Optional.empty());
                }

                @Override
                public void release(long rule) {}
            };

    /// Sets something aside for that rule.
    Outcome reserve(long rule, Reservation wanted);

    /// The rule is gone.
    void release(long rule);

    /// How a reservation went.
    sealed interface Outcome {
        record Kept(Optional<Endpoint> inside, Optional<Endpoint> outside) implements Outcome {}

        /// `LACK_OF_ADDRESSES` or `LACK_OF_PORTS`.
        record Lacking(Failure failure) implements Outcome {}
    }
}
