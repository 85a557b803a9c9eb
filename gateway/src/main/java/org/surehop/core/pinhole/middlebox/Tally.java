package org.surehop.core.pinhole.middlebox;

/// What RFC 5190 `midcomStatistics` counts, of this middlebox since its start.
public record Tally(long rejected, long expired, long terminatedOnRequest, long terminated) {
    static final Tally NOTHING = new Tally(0, 0, 0, 0);

    Tally plusRejected() {
        return new Tally(rejected + 1, expired, terminatedOnRequest, terminated);
    }

    Tally plusExpired(long more) {
        return new Tally(rejected, expired + more, terminatedOnRequest, terminated);
    }

    Tally plusTerminatedOnRequest(long more) {
        return new Tally(rejected, expired, terminatedOnRequest + more, terminated);
    }

    Tally plusTerminated(long more) {
        return new Tally(rejected, expired, terminatedOnRequest, terminated + more);
    }
}
