package org.surehop.core.location;

import java.util.Map;
import java.util.TreeMap;

/// Where a route leads to when a caller is there.
public sealed interface Area {
    /// Whether the place lies within; on the edge is within.
    boolean holds(Place place);

    /// Everything at most so many metres from a point.
    record Circle(GeoPoint centre, double radius) implements Area {
        public Circle {
            if (!(radius > 0 && radius <= 10_000_000)) {
                throw new IllegalArgumentException("a radius is more than 0 and at most 10000 km");
            }
        }

        @Override
        public boolean holds(Place place) {
            return place.point().filter(p -> centre.metresTo(p) <= radius).isPresent();
        }
    }

    record Polygon(Outline outline) implements Area {
        @Override
        public boolean holds(Place place) {
            return place.point().filter(outline::holds).isPresent();
        }
    }

    /// Civic address elements (RFC 5139), all of which must be the place's: compared without case
    /// and with white space as one space.
    record Civic(Map<String, String> elements) implements Area {
        public Civic {
            elements = Place.plain(elements);
            if (elements.isEmpty()) {
                throw new IllegalArgumentException("a civic area names at least one element");
            }
        }

        @Override
        public boolean holds(Place place) {
            return elements.entrySet().stream()
                    .allMatch(e -> e.getValue().equals(place.civic().get(e.getKey())));
        }

        @Override
        public String toString() {
            return "Civic" + new TreeMap<>(elements);
        }
    }
}
