package org.surehop.core.gateway;

/// One timer: what it is for and whose it is. Setting the same deadline again moves it.
public record Deadline(Kind kind, String owner) {

    /// Each timer, with its one purpose.
    public enum Kind {
        /// Timer B or F: a client transaction without a final response.
        CLIENT_TRANSACTION,
        /// Timer D, K or M: a client transaction that absorbs late responses.
        CLIENT_LINGER,
        /// Timer H or I, J, L: a server transaction that absorbs retransmissions or waits for ACK.
        SERVER_LINGER,
        /// Timer C: an INVITE that rings for ever.
        RINGING,
        /// The 2xx was not acknowledged in 64*T1.
        ACK_WAIT,
        /// POL-66: the end of waiting for NOTIFYs.
        VERDICT_GRACE,
        /// POL-67: no later upgrade of the verdict.
        VERDICT_CAP,
        /// A piece of CMS or firewall work did not answer.
        WORK,
        /// Half the lifetime of a pinhole group has gone.
        PINHOLE_REFRESH,
        /// Media should have come by now.
        MEDIA_CHECK,
        /// A rule of an agent has lived its life.
        AGENT_RULE,
        /// The longest time that a call may last.
        CALL_DURATION,
        /// A subscription was neither prolonged nor ended.
        SUBSCRIPTION,
        /// What was remembered of earlier requests for a while is forgotten (POL-91).
        FORGETTING,
        /// The end of what an orderly stop may take.
        STOPPING
    }
}
