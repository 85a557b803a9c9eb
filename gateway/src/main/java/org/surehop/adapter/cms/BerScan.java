package org.surehop.adapter.cms;

/// Walks once over the tags and lengths of a BER structure before any library builds objects from
/// it (SM-25): nesting, number of elements and every length are checked against what is there.
/// Definite and indefinite lengths are both fine.
final class BerScan {
    /// Enough for SignedData in EnvelopedData with certificates, far from any stack's end.
    static final int MAX_DEPTH = 48;

    static final int MAX_ELEMENTS = 20_000;

    private static final int INDEFINITE = -1;

    private final byte[] bytes;
    private final int[] ends = new int[MAX_DEPTH];
    private int depth;
    private int at;
    private int elements;

    private BerScan(byte[] bytes) {
        this.bytes = bytes;
    }

    /// Exactly one element that fills the array.
    static void check(byte[] bytes) throws BodyFault {
        new BerScan(bytes).scan();
    }

    private void scan() throws BodyFault {
        do {
            element();
            while (depth > 0 && ends[depth - 1] == at) {
                depth--;
            }
        } while (depth > 0);
        if (at != bytes.length) {
            throw BodyFault.malformed();
        }
    }

    private void element() throws BodyFault {
        if (++elements > MAX_ELEMENTS) {
            throw BodyFault.tooComplex();
        }
        var limit = limit();
        var tag = next(limit);
        if (tag == 0) {
            endOfContents(limit);
            return;
        }
        skipLongTag(tag, limit);
        var length = length(limit);
        var constructed = (tag & 0x20) != 0;
        if (length == INDEFINITE) {
            if (!constructed) {
                throw BodyFault.malformed();
            }
            push(INDEFINITE);
        } else if (length > limit - at) {
            throw BodyFault.malformed();
        } else if (constructed && length > 0) {
            push(at + length);
        } else {
            at += length;
        }
    }

    private void endOfContents(int limit) throws BodyFault {
        if (next(limit) != 0 || depth == 0 || ends[depth - 1] != INDEFINITE) {
            throw BodyFault.malformed();
        }
        depth--;
    }

    private void skipLongTag(int tag, int limit) throws BodyFault {
        if ((tag & 0x1f) != 0x1f) {
            return;
        }
        for (int octets = 0; octets < 4; octets++) {
            if ((next(limit) & 0x80) == 0) {
                return;
            }
        }
        throw BodyFault.malformed();
    }

    private int length(int limit) throws BodyFault {
        var first = next(limit);
        if (first < 0x80) {
            return first;
        }
        if (first == 0x80) {
            return INDEFINITE;
        }
        long length = 0;
        for (int i = first & 0x7f; i > 0; i--) {
            length = (length << 8) | next(limit);
            if (length > Integer.MAX_VALUE) {
                throw BodyFault.malformed();
            }
        }
        return (int) length;
    }

    /// The end of the innermost element of known length.
    private int limit() {
        for (int i = depth - 1; i >= 0; i--) {
            if (ends[i] != INDEFINITE) {
                return ends[i];
            }
        }
        return bytes.length;
    }

    private int next(int limit) throws BodyFault {
        if (at >= limit) {
            throw BodyFault.malformed();
        }
        return bytes[at++] & 0xff;
    }

    private void push(int end) throws BodyFault {
        if (depth == MAX_DEPTH) {
            throw BodyFault.tooComplex();
        }
        ends[depth++] = end;
    }
}
