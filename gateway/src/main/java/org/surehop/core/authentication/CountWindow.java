package org.surehop.core.authentication;

/// Which counts of one nonce came already: the highest, and a bit for each of the 63 below it.
/// What is older counts as seen.
final class CountWindow {
    private static final int WIDTH = 64;

    private long highest;
    private long seen;

    /// True the first time only.
    boolean take(long count) {
        if (count <= 0) {
            return false;
        }
        if (count > highest) {
            var ahead = count - highest;
            seen = ahead >= WIDTH ? 1 : (seen << ahead) | 1;
            highest = count;
            return true;
        }
        var behind = highest - count;
        if (behind >= WIDTH || (seen & (1L << behind)) != 0) {
            return false;
        }
        seen |= 1L << behind;
        return true;
    }
}
