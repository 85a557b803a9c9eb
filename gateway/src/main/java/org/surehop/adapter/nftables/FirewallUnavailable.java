package org.surehop.adapter.nftables;

/// The configured driver cannot work here: one sentence that names the key and what to do.
public final class FirewallUnavailable extends Exception {
    private static final long serialVersionUID = 1L;

    FirewallUnavailable(String message) {
        super(message);
    }
}
