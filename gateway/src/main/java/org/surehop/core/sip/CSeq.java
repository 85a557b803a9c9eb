package org.surehop.core.sip;

/// `CSeq` (RFC 3261 §20.16): a number below 2^31 and the method.
public record CSeq(long number, Method method) {
    public static final long MOST = (1L << 31) - 1;

    public CSeq {
        if (number < 0 || number > MOST) {
            throw new IllegalArgumentException("a CSeq number is 0 to 2^31-1");
        }
    }

    /// The number that much further on, at most the largest one.
    public CSeq ahead(long by) {
        return new CSeq(Math.clamp(number + by, 0, MOST), method);
    }

    /// The number after `last`. After the largest one comes the same again: only a lower number is
    /// out of order (§12.2.2).
    public static CSeq after(long last, Method method) {
        return new CSeq(Math.min(last + 1, MOST), method);
    }
}
