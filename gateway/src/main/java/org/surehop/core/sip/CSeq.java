package org.surehop.core.sip;

/// `CSeq` (RFC 3261 §20.16): a number below 2^31 and the method.
public record CSeq(long number, Method method) {
    public CSeq {
        if (number < 0 || number >= 1L << 31) {
            throw new IllegalArgumentException("a CSeq number is 0 to 2^31-1");
        }
    }
}
