package org.surehop.core.sdp;

/// The direction attribute as its author sees it (RFC 8866 §6.7). RTCP does not care (RFC 3264).
public enum Direction {
    SENDRECV,
    SENDONLY,
    RECVONLY,
    INACTIVE;

    boolean sends() {
        return this == SENDRECV || this == SENDONLY;
    }

    boolean receives() {
        return this == SENDRECV || this == RECVONLY;
    }
}
