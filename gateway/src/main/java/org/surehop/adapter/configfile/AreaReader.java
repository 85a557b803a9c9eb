package org.surehop.adapter.configfile;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.surehop.core.location.Area;
import org.surehop.core.location.GeoPoint;
import org.surehop.core.location.Outline;

/// Reads the area of a route: a circle, a polygon or civic address elements, or none.
final class AreaReader {
    private static final Pattern CIRCLE = Pattern.compile("(.*\\S)\\s+([0-9]{1,8}(?:\\.[0-9]+)?)");
    private static final Pattern ELEMENT = Pattern.compile("([A-Za-z][A-Za-z0-9]{0,9})=(.{1,100})");
    private static final int MOST_CORNERS = 256;

    private AreaReader() {}

    static Optional<Area> area(Section s) {
        var areas = new ArrayList<Area>();
        circle(s).ifPresent(areas::add);
        polygon(s).ifPresent(areas::add);
        civic(s).ifPresent(areas::add);
        s.close();
        if (areas.size() > 1) {
            s.fault("circle", "expected only one of circle, polygon and civic");
        }
        return areas.stream().findFirst();
    }

    private static Optional<Area> circle(Section s) {
        var form = "latitude, longitude and metres such as '59.33 18.06 5000', or nothing";
        var text = s.text("circle", "", form, "[^\\x00]{0,100}");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        var matcher = CIRCLE.matcher(text);
        var centre =
                matcher.matches() ? GeoPoint.parse(matcher.group(1)) : Optional.<GeoPoint>empty();
        try {
            return Optional.of(
                    new Area.Circle(centre.orElseThrow(), Double.parseDouble(matcher.group(2))));
        } catch (IllegalArgumentException | java.util.NoSuchElementException e) {
            s.fault("circle", "expected " + form + ", found '" + text + "'");
            return Optional.empty();
        }
    }

    private static Optional<Area> polygon(Section s) {
        var form = "a corner such as '59.33 18.06', latitude first";
        var corners =
                s.list(
                        "polygon",
                        List.<GeoPoint>of(),
                        form,
                        v -> v instanceof String text ? GeoPoint.parse(text).orElse(null) : null);
        if (corners.isEmpty()) {
            return Optional.empty();
        }
        try {
            if (corners.size() > MOST_CORNERS) {
                throw new IllegalArgumentException("an outline has at most 256 corners");
            }
            return Optional.of(new Area.Polygon(new Outline(corners)));
        } catch (IllegalArgumentException e) {
            s.fault("polygon", "expected 3 to 256 corners of an area narrower than 180 degrees");
            return Optional.empty();
        }
    }

    private static Optional<Area> civic(Section s) {
        var elements =
                s.texts(
                        "civic",
                        List.of(),
                        "an element of RFC 5139 such as country=SE",
                        ELEMENT.pattern());
        var map = new LinkedHashMap<String, String>();
        for (var element : elements) {
            var at = element.indexOf('=');
            map.put(element.substring(0, at), element.substring(at + 1));
        }
        return map.isEmpty() ? Optional.empty() : Optional.of(new Area.Civic(map));
    }
}
