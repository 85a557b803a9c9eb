package org.surehop.core.config;

/// What end-to-middle security asks of senders beyond a readable session description.
/// `srtpKeys` says what becomes of a description that shows this gateway the keys of the media
/// (SVC-5). `keyOperationsPerUser` and `keyOperationsPerPeer` are the private-key operations
/// that one of them may cause in a second; twice as many may come at once (R-SEC-9).
public record Demands(SrtpKeys srtpKeys, int keyOperationsPerUser, int keyOperationsPerPeer) {
    public static final Demands DEFAULT = new Demands(SrtpKeys.REPORT, 100, 1000);

    public Demands {
        Valid.positive("disclosure.key-operations-per-user", keyOperationsPerUser);
        Valid.positive("disclosure.key-operations-per-peer", keyOperationsPerPeer);
    }

    /// What becomes of SDP with `a=crypto` or `k=` in it.
    public enum SrtpKeys {
        /// It passes, and an event says so.
        REPORT,
        /// 403, or the end of the call when it is in an answer.
        REFUSE
    }
}
