package org.surehop.core.location;

import java.util.List;

/// A ring of points, joined by straight lines in latitude and longitude, that may cross the 180th
/// meridian: each line goes the short way round. It must be narrower than half the world, which
/// leaves out what encloses a pole. A ring has no holes; lines that cross each other count by the
/// even-odd rule. Points on a line are within.
public record Outline(List<GeoPoint> ring) {
    private static final long ROUND = 360L * GeoPoint.DEGREE;

    public Outline {
        ring = List.copyOf(closed(ring) ? ring.subList(0, ring.size() - 1) : ring);
        if (ring.stream().distinct().count() < 3) {
            throw new IllegalArgumentException("an outline has at least three corners");
        }
        var x = unrolled(ring);
        var least = Long.MAX_VALUE;
        var most = Long.MIN_VALUE;
        for (var value : x) {
            least = Math.min(least, value);
            most = Math.max(most, value);
        }
        var back = x[x.length - 1] + shortWay(ring.getFirst().longitude() - x[x.length - 1]);
        if (most - least >= ROUND / 2 || back != x[0]) {
            throw new IllegalArgumentException("an outline is narrower than 180 degrees");
        }
    }

    private static boolean closed(List<GeoPoint> ring) {
        return ring.size() > 1 && ring.getFirst().equals(ring.getLast());
    }

    /// Longitudes without a jump at the 180th meridian.
    private static long[] unrolled(List<GeoPoint> ring) {
        var x = new long[ring.size()];
        x[0] = ring.getFirst().longitude();
        for (int i = 1; i < x.length; i++) {
            x[i] = x[i - 1] + shortWay(ring.get(i).longitude() - x[i - 1]);
        }
        return x;
    }

    private static long shortWay(long difference) {
        var rest = Math.floorMod(difference, ROUND);
        return rest >= ROUND / 2 ? rest - ROUND : rest;
    }

    /// Exact: all is reckoned in whole units, and nothing here can overflow, since no difference
    /// within the outline's frame is larger than 180 degrees.
    boolean holds(GeoPoint point) {
        var x = unrolled(ring);
        return holds(x, point.longitude(), point.latitude())
                || holds(x, point.longitude() - ROUND, point.latitude())
                || holds(x, point.longitude() + ROUND, point.latitude());
    }

    private boolean holds(long[] x, long px, long py) {
        if (!framed(x, px, py)) {
            return false;
        }
        var within = false;
        for (int i = 0, j = x.length - 1; i < x.length; j = i++) {
            long ay = ring.get(j).latitude();
            long by = ring.get(i).latitude();
            var side = (x[i] - x[j]) * (py - ay) - (px - x[j]) * (by - ay);
            if (side == 0 && between(px, x[j], x[i]) && between(py, ay, by)) {
                return true;
            }
            if (ay > py != by > py && side > 0 == by > ay) {
                within = !within;
            }
        }
        return within;
    }

    private boolean framed(long[] x, long px, long py) {
        var left = false;
        var right = false;
        var below = false;
        var above = false;
        for (int i = 0; i < x.length; i++) {
            left |= x[i] <= px;
            right |= x[i] >= px;
            below |= ring.get(i).latitude() <= py;
            above |= ring.get(i).latitude() >= py;
        }
        return left && right && below && above;
    }

    private static boolean between(long value, long one, long other) {
        return Math.min(one, other) <= value && value <= Math.max(one, other);
    }

    /// The centre of its surface, or of its corners where it has no surface.
    public GeoPoint centre() {
        var x = unrolled(ring);
        double area = 0;
        double cx = 0;
        double cy = 0;
        double sumX = 0;
        double sumY = 0;
        for (int i = 0, j = x.length - 1; i < x.length; j = i++) {
            double ax = x[j] - x[0];
            double bx = x[i] - x[0];
            double ay = (double) ring.get(j).latitude() - ring.getFirst().latitude();
            double by = (double) ring.get(i).latitude() - ring.getFirst().latitude();
            var cross = ax * by - bx * ay;
            area += cross;
            cx += (ax + bx) * cross;
            cy += (ay + by) * cross;
            sumX += bx;
            sumY += by;
        }
        var flat = area == 0;
        var dx = flat ? sumX / x.length : cx / (3 * area);
        var dy = flat ? sumY / x.length : cy / (3 * area);
        return new GeoPoint(
                (int) Math.round(ring.getFirst().latitude() + dy),
                (int) shortWay(Math.round(x[0] + dx)));
    }
}
