package org.surehop.adapter.pcp;

/// The box upstream cannot be spoken to from here; the message names the key and says why.
public final class PcpUnavailable extends Exception {
    private static final long serialVersionUID = 1L;

    PcpUnavailable(String message) {
        super(message);
    }
}
