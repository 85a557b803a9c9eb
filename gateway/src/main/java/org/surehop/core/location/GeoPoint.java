package org.surehop.core.location;

import java.util.Optional;
import java.util.regex.Pattern;

/// A point in WGS 84 in whole ten-millionths of a degree (1.1 cm), so that comparing is exact.
public record GeoPoint(int latitude, int longitude) {
    /// Units in a degree.
    static final int DEGREE = 10_000_000;

    private static final int DIGITS = 7;
    private static final Pattern NUMBER =
            Pattern.compile("([+-]?)([0-9]{1,3})(?:\\.([0-9]{0,30}))?");

    public GeoPoint {
        if (Math.abs((long) latitude) > 90L * DEGREE
                || Math.abs((long) longitude) > 180L * DEGREE) {
            throw new IllegalArgumentException("a latitude is -90 to 90, a longitude -180 to 180");
        }
    }

    /// Two decimal numbers of degrees with white space between them, latitude first; what follows
    /// a third one's digits is not looked at. Empty when it is no point.
    public static Optional<GeoPoint> parse(String text) {
        var parts = text.strip().split("\\s+", -1);
        if (parts.length != 2) {
            return Optional.empty();
        }
        var latitude = units(parts[0], 90);
        var longitude = units(parts[1], 180);
        return latitude.isPresent() && longitude.isPresent()
                ? Optional.of(new GeoPoint(latitude.get(), longitude.get()))
                : Optional.empty();
    }

    /// Rounded to the nearest unit.
    private static Optional<Integer> units(String text, int most) {
        var matcher = NUMBER.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        var fraction = matcher.group(3) == null ? "" : matcher.group(3);
        var padded = fraction + "0".repeat(DIGITS + 1);
        var units =
                Long.parseLong(matcher.group(2)) * DEGREE
                        + Long.parseLong(padded.substring(0, DIGITS))
                        + (padded.charAt(DIGITS) >= '5' ? 1 : 0);
        return units > (long) most * DEGREE
                ? Optional.empty()
                : Optional.of((int) (matcher.group(1).equals("-") ? -units : units));
    }

    /// The metres between two points along a great circle of a sphere with the earth's mean radius:
    /// at most 0.6 per cent off the ellipsoid.
    double metresTo(GeoPoint other) {
        var lat1 = Math.toRadians((double) latitude / DEGREE);
        var lat2 = Math.toRadians((double) other.latitude / DEGREE);
        var sinLat = Math.sin((lat2 - lat1) / 2);
        var lon = Math.toRadians(((double) other.longitude - longitude) / DEGREE);
        var sinLon = Math.sin(lon / 2);
        var h = sinLat * sinLat + Math.cos(lat1) * Math.cos(lat2) * sinLon * sinLon;
        return 2 * 6_371_008.8 * Math.asin(Math.min(1, Math.sqrt(h)));
    }
}
