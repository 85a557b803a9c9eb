package org.surehop.adapter.nftables;

import org.surehop.core.report.Reason;

/// The firewall did not do what it was asked; nothing of the request is in force.
public final class FirewallFault extends Exception {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    FirewallFault(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /// `LACK_OF_RESOURCES` or `FIREWALL_FAILED` (RFC 5189 failure reasons).
    public Reason reason() {
        return reason;
    }
}
