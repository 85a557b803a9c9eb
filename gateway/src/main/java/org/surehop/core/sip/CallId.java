package org.surehop.core.sip;

/// The `Call-ID` of RFC 3261 §20.8, compared octet by octet.
public record CallId(String value) {
    public CallId {
        if (value.isEmpty() || value.length() > 256) {
            throw new IllegalArgumentException("a Call-ID has 1 to 256 characters");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
