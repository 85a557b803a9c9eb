package org.surehop.core.sip;

/// A response status code (RFC 3261 §7.2), 100 to 699.
public record StatusCode(int value) {
    public StatusCode {
        if (value < 100 || value > 699) {
            throw new IllegalArgumentException("a status code is 100 to 699");
        }
    }

    public boolean provisional() {
        return value < 200;
    }

    public boolean success() {
        return value >= 200 && value < 300;
    }

    public boolean failure() {
        return value >= 300;
    }

    @Override
    public String toString() {
        return Integer.toString(value);
    }
}
