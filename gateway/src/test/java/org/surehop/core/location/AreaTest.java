package org.surehop.core.location;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which places lie in which areas.
class AreaTest {
    private static GeoPoint at(String text) {
        return GeoPoint.parse(text).orElseThrow();
    }

    private static Place place(String text) {
        return new Place(Optional.of(at(text)), Map.of(), Optional.empty());
    }

    private static Area polygon(String... corners) {
        return new Area.Polygon(new Outline(Arrays.stream(corners).map(AreaTest::at).toList()));
    }

    private static final Area SQUARE = polygon("59.3 18.0", "59.3 18.1", "59.4 18.1", "59.4 18.0");

    @ParameterizedTest
    @CsvSource({
        "59.35 18.05, true",
        "59.3 18.0, true",
        "59.4 18.05, true",
        "59.35 18.1, true",
        "59.4000001 18.05, false",
        "59.2999999 18.05, false",
        "59.35 18.1000001, false",
        "59.35 -161.95, false",
        "-59.35 18.05, false",
        "59.35000000000001 18.05, true"
    })
    void cornersAndEdgesOfASquareAreWithinAndAHairBeyondIsNot(String point, boolean within) {
        assertEquals(within, SQUARE.holds(place(point)));
    }

    @ParameterizedTest
    @CsvSource({
        "0 179.9, true",
        "0 -179.9, true",
        "0 180, true",
        "0 -180, true",
        "0 178.9, false",
        "0 -178.9, false",
        "0 0, false"
    })
    void anOutlineMayCrossThe180thMeridian(String point, boolean within) {
        var fiji = polygon("-1 179", "1 179", "1 -179", "-1 -179");
        var same = polygon("1 -179", "-1 -179", "-1 179", "1 179", "1 -179");
        assertEquals(within, fiji.holds(place(point)));
        assertEquals(within, same.holds(place(point)), "begun elsewhere, turned, and closed");
    }

    @Test
    void aSlantedEdgeIsExact() {
        var triangle = polygon("0 0", "0 3", "3 0");
        assertTrue(triangle.holds(place("1 2")), "on the slanted edge");
        assertTrue(triangle.holds(place("1.0000001 1.9999999")), "on it, too");
        assertFalse(triangle.holds(place("1.0000001 2")), "a centimetre beyond");
        assertTrue(triangle.holds(place("0.9999999 2")), "a centimetre within");
    }

    @Test
    void aRayThroughACornerCountsOnce() {
        var diamond = polygon("0 -1", "1 0", "0 1", "-1 0");
        assertTrue(diamond.holds(place("0 0")));
        assertFalse(diamond.holds(place("0 -1.5")));
        var notch = polygon("0 0", "2 0", "1 1", "2 2", "0 2");
        assertFalse(notch.holds(place("1.5 1")));
        assertTrue(notch.holds(place("0.5 1")));
    }

    @Test
    void aRingIsNarrowerThanHalfTheWorldAndHasThreeCorners() {
        assertThrows(IllegalArgumentException.class, () -> polygon("0 0", "0 1", "0 0"));
        assertThrows(IllegalArgumentException.class, () -> polygon("0 -90", "0 90", "10 0"));
        assertThrows(
                IllegalArgumentException.class,
                () -> polygon("80 0", "80 90", "80 180", "80 -90"),
                "around the pole");
    }

    @Test
    void theCentreOfAnOutlineIsThatOfItsSurface() {
        assertEquals(at("0.5 0.5"), outline("0 0", "0 1", "1 1", "1 0").centre());
        assertEquals(at("0 180"), turned(outline("-1 179", "1 179", "1 -179", "-1 -179").centre()));
        var steps = outline("0 0", "0 2", "1 2", "1 1", "2 1", "2 0").centre();
        assertEquals(at("0.8333333 0.8333333"), steps);
    }

    private static GeoPoint turned(GeoPoint point) {
        return point.longitude() == -180 * GeoPoint.DEGREE
                ? new GeoPoint(point.latitude(), 180 * GeoPoint.DEGREE)
                : point;
    }

    private static Outline outline(String... corners) {
        return new Outline(Arrays.stream(corners).map(AreaTest::at).toList());
    }

    @Test
    void aCircleReachesItsRadius() {
        // One degree of latitude is 111.195 km on the sphere of the mean radius.
        var circle = new Area.Circle(at("59 18"), 111_200);
        assertTrue(circle.holds(place("60 18")));
        assertFalse(circle.holds(place("60.0001 18")));
        assertTrue(new Area.Circle(at("0 179.99"), 3_000).holds(place("0 -179.99")));
        assertThrows(IllegalArgumentException.class, () -> new Area.Circle(at("0 0"), 0));
        assertThrows(IllegalArgumentException.class, () -> new Area.Circle(at("0 0"), Double.NaN));
    }

    @Test
    void allElementsOfACivicAreaMustBeThere() {
        var area = new Area.Civic(Map.of("country", "SE", "A3", "stockholm"));
        var there = Map.of("country", "se", "a3", " Stockholm ", "RD", "Drottninggatan");
        assertTrue(area.holds(new Place(Optional.empty(), there, Optional.empty())));
        assertFalse(
                area.holds(new Place(Optional.empty(), Map.of("country", "SE"), Optional.empty())));
        assertFalse(area.holds(place("59.33 18.06")), "a point is no address");
        assertFalse(SQUARE.holds(new Place(Optional.empty(), there, Optional.empty())));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "1 2 3",
                "a b",
                "91 0",
                "0 181",
                "1e1 0",
                "0x1 0",
                "NaN 0",
                "1, 2",
                "- -",
                "90.00000001 0",
                "1.1.1 0",
                "1000 0"
            })
    void refusesWhatIsNoPoint(String text) {
        // The ninth digit after the point is beyond what is kept: 90.00000001 is 90.
        var fine = text.startsWith("90.0");
        assertEquals(fine, GeoPoint.parse(text).isPresent());
    }

    @Test
    void aPlaceIsForgottenWhenItsTimeIsOver() {
        var now = Instant.parse("2030-01-01T00:00:00Z");
        assertTrue(new Place(Optional.empty(), Map.of(), Optional.empty()).current(now));
        assertFalse(new Place(Optional.empty(), Map.of(), Optional.of(now)).current(now));
        assertEquals("Place[...]", place("1 1").toString());
    }
}
