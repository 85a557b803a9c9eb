package org.surehop.core.config;

import java.net.InetAddress;

/// An address block in CIDR form.
public record Prefix(InetAddress base, int length) {
    public Prefix {
        if (length < 0 || length > base.getAddress().length * 8) {
            throw new IllegalArgumentException("a prefix length fits its address family");
        }
    }

    /// Parses `10.0.0.0/8` or `2001:db8::/32`; literals only, no look-up.
    public static Prefix parse(String text) {
        var slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("expected ADDRESS/LENGTH");
        }
        return new Prefix(
                InetAddress.ofLiteral(text.substring(0, slash)),
                Integer.parseInt(text.substring(slash + 1)));
    }

    public boolean contains(InetAddress address) {
        var a = base.getAddress();
        var b = address.getAddress();
        if (a.length != b.length) {
            return false;
        }
        for (int bit = 0; bit < length; bit++) {
            var mask = 0x80 >> (bit & 7);
            if ((a[bit >> 3] & mask) != (b[bit >> 3] & mask)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return base.getHostAddress() + "/" + length;
    }
}
