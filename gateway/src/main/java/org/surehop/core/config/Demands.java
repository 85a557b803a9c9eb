package org.surehop.core.config;

import java.util.List;

/// What end-to-middle security asks of senders beyond a readable session description.
/// `srtpKeys` says what becomes of a description that shows this gateway the keys of the media
/// (SVC-5). `keyOperationsPerUser` and `keyOperationsPerPeer` are the private-key operations
/// that one of them may cause in a second; twice as many may come at once (R-SEC-9).
/// `mustRead` is how much of a body must be readable (E2M-14); `identities` what becomes of an
/// identity body that does not fit its message (AIB-2), and `tunnels` of a signed copy of a whole
/// message that does not (SM-7); with `authenticatedLabel` a `Proxy-Inspect-Body` counts only from
/// somebody who is known, or where its sender signed it (REQ-CONF-3); `users` are those for whom
/// something else holds, the first that fits (E2M-12).
public record Demands(
        SrtpKeys srtpKeys,
        int keyOperationsPerUser,
        int keyOperationsPerPeer,
        MustRead mustRead,
        Identities identities,
        Identities tunnels,
        boolean authenticatedLabel,
        List<UserRule> users) {
    public static final Demands DEFAULT = new Demands(SrtpKeys.REPORT, 100, 1000);

    public Demands {
        users = List.copyOf(users);
        Valid.positive("disclosure.key-operations-per-user", keyOperationsPerUser);
        Valid.positive("disclosure.key-operations-per-peer", keyOperationsPerPeer);
    }

    /// Changed copies of messages are refused, and labels count from everybody.
    public Demands(
            SrtpKeys srtpKeys,
            int keyOperationsPerUser,
            int keyOperationsPerPeer,
            MustRead mustRead,
            Identities identities,
            List<UserRule> users) {
        this(
                srtpKeys,
                keyOperationsPerUser,
                keyOperationsPerPeer,
                mustRead,
                identities,
                Identities.REFUSE,
                false,
                users);
    }

    /// The same for all users, and the session description alone.
    public Demands(SrtpKeys srtpKeys, int keyOperationsPerUser, int keyOperationsPerPeer) {
        this(
                srtpKeys,
                keyOperationsPerUser,
                keyOperationsPerPeer,
                MustRead.SDP,
                Identities.REPORT,
                List.of());
    }

    /// The same with other rules for some users.
    public Demands with(List<UserRule> others) {
        return new Demands(
                srtpKeys, keyOperationsPerUser, keyOperationsPerPeer, mustRead, identities, others);
    }

    /// What becomes of SDP with `a=crypto` or `k=` in it.
    public enum SrtpKeys {
        /// It passes, and an event says so.
        REPORT,
        /// 403, or the end of the call when it is in an answer.
        REFUSE
    }

    /// What becomes of a signed identity, or copy, that does not fit the message around it.
    public enum Identities {
        /// Nobody looks.
        IGNORE,
        /// It passes, and an event says so.
        REPORT,
        /// 403, or the end of the call when it is in an answer.
        REFUSE
    }

    /// How much of a body must be readable and, where signatures are asked, signed.
    public enum MustRead {
        /// The session description; other parts may be for others alone.
        SDP,
        /// All of it: 496 and 495 then name no type (E2M-14, E2M-17).
        BODY
    }
}
