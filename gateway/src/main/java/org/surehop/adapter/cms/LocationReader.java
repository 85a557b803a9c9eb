package org.surehop.adapter.cms;

import java.nio.charset.CharacterCodingException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.surehop.core.location.GeoPoint;
import org.surehop.core.location.Outline;
import org.surehop.core.location.Place;

/// Reads a PIDF-LO (RFC 4119, 5139, 5491) that any stranger may have written: UTF-8 only, no
/// document type, no entities beyond the five of XML, bounded size, depth and count. Of the first
/// location it takes the point (a Point; the centre of a Circle or Polygon), the civic address, and
/// until when it may be kept. Other shapes, and polygons with holes, are no point.
final class LocationReader {
    static final int MAX_OCTETS = 65_536;
    static final int MAX_DEPTH = 24;
    static final int MAX_ELEMENTS = 500;
    static final int MAX_TEXT = 16_384;
    static final int MAX_CORNERS = 256;

    private static final String PIDF = "urn:ietf:params:xml:ns:pidf";
    private static final String GEOPRIV = PIDF + ":geopriv10";
    private static final String POLICY = GEOPRIV + ":basicPolicy";
    private static final String CIVIC = GEOPRIV + ":civicAddr";
    private static final String OLD_CIVIC = GEOPRIV + ":civicLoc";
    private static final String GML = "http://www.opengis.net/gml";
    private static final String SHAPE = "http://www.opengis.net/pidflo/1.0";
    private static final String FLAT = "urn:ogc:def:crs:EPSG::4326";
    private static final String HIGH = "urn:ogc:def:crs:EPSG::4979";
    private static final String METRE = "urn:ogc:def:uom:EPSG::9001";

    private int elements;
    private int characters;

    private LocationReader() {}

    /// An element with what matters of it.
    private record Node(
            String space,
            String name,
            Map<String, String> attributes,
            List<Node> below,
            String text) {
        boolean is(String wantedSpace, String wantedName) {
            return space.equals(wantedSpace) && name.equals(wantedName);
        }

        Stream<Node> all(String wantedSpace, String wantedName) {
            return below.stream().filter(n -> n.is(wantedSpace, wantedName));
        }

        Stream<Node> deep() {
            return Stream.concat(Stream.of(this), below.stream().flatMap(Node::deep));
        }
    }

    /// Empty when it is no location object, a hostile one, or one that names no place.
    static Optional<Place> read(byte[] octets) {
        if (octets.length > MAX_OCTETS) {
            return Optional.empty();
        }
        try {
            return place(new LocationReader().document(StrangersXml.over(octets)));
        } catch (CharacterCodingException | XMLStreamException | RuntimeException _) {
            // Of the last kind is what the parser and the numbers throw at what they do not expect.
            return Optional.empty();
        }
    }

    private Node document(XMLStreamReader xml) throws XMLStreamException {
        while (xml.hasNext()) {
            switch (xml.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    var root = element(xml, 1);
                    end(xml);
                    return root;
                }
                case XMLStreamConstants.COMMENT, XMLStreamConstants.SPACE -> {}
                default -> throw new XMLStreamException("expected the first element");
            }
        }
        throw new XMLStreamException("expected an element");
    }

    private static void end(XMLStreamReader xml) throws XMLStreamException {
        while (xml.hasNext()) {
            switch (xml.next()) {
                case XMLStreamConstants.END_DOCUMENT,
                        XMLStreamConstants.COMMENT,
                        XMLStreamConstants.SPACE -> {}
                default -> throw new XMLStreamException("expected the end");
            }
        }
    }

    private Node element(XMLStreamReader xml, int depth) throws XMLStreamException {
        if (depth > MAX_DEPTH || ++elements > MAX_ELEMENTS) {
            throw new XMLStreamException("too much");
        }
        var space = xml.getNamespaceURI() == null ? "" : xml.getNamespaceURI();
        var name = xml.getLocalName();
        var attributes = new HashMap<String, String>();
        for (int i = 0; i < Math.min(16, xml.getAttributeCount()); i++) {
            attributes.put(xml.getAttributeLocalName(i), xml.getAttributeValue(i));
        }
        var below = new ArrayList<Node>();
        var text = new StringBuilder();
        while (true) {
            switch (xml.next()) {
                case XMLStreamConstants.START_ELEMENT -> below.add(element(xml, depth + 1));
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> {
                    characters += xml.getTextLength();
                    if (characters > MAX_TEXT) {
                        throw new XMLStreamException("too much");
                    }
                    text.append(xml.getText());
                }
                case XMLStreamConstants.END_ELEMENT -> {
                    return new Node(space, name, attributes, below, text.toString().strip());
                }
                case XMLStreamConstants.COMMENT, XMLStreamConstants.SPACE -> {}
                default -> throw new XMLStreamException("expected elements and text");
            }
        }
    }

    private static Optional<Place> place(Node root) {
        if (!root.is(PIDF, "presence")) {
            return Optional.empty();
        }
        return root.deep()
                .filter(n -> n.is(GEOPRIV, "geopriv"))
                .flatMap(LocationReader::places)
                .findFirst();
    }

    private static Stream<Place> places(Node geopriv) {
        var expires =
                geopriv.all(GEOPRIV, "usage-rules").flatMap(LocationReader::expiry).findFirst();
        return geopriv.all(GEOPRIV, "location-info")
                .map(info -> new Place(point(info), civic(info), expires))
                .filter(p -> p.point().isPresent() || !p.civic().isEmpty());
    }

    /// The element is `retention-expiry`; RFC 4119 also calls it `retention-expires`.
    private static Stream<Instant> expiry(Node rules) {
        return rules.below().stream()
                .filter(n -> n.space().equals(POLICY) || n.space().equals(GEOPRIV))
                .filter(n -> n.name().startsWith("retention-expir"))
                .map(n -> OffsetDateTime.parse(n.text()).toInstant());
    }

    private static Map<String, String> civic(Node info) {
        var found = new HashMap<String, String>();
        info.below().stream()
                .filter(n -> n.is(CIVIC, "civicAddress") || n.is(OLD_CIVIC, "civicAddress"))
                .findFirst()
                .ifPresent(
                        address ->
                                address.below().stream()
                                        .filter(n -> !n.text().isEmpty())
                                        .forEach(n -> found.putIfAbsent(n.name(), n.text())));
        return found;
    }

    private static Optional<GeoPoint> point(Node info) {
        return info.below().stream().flatMap(n -> shape(n).stream()).findFirst();
    }

    private static Optional<GeoPoint> shape(Node node) {
        if (node.is(GML, "Point")) {
            return only(node, "pos").flatMap(p -> points(node, p).stream().findFirst());
        }
        if (node.is(SHAPE, "Circle")) {
            var radius = node.all(SHAPE, "radius").findFirst();
            return radius.filter(r -> METRE.equals(r.attributes().get("uom")))
                    .filter(r -> Double.parseDouble(r.text()) >= 0)
                    .flatMap(_ -> only(node, "pos"))
                    .flatMap(p -> points(node, p).stream().findFirst());
        }
        if (node.is(GML, "Polygon") && node.all(GML, "interior").findAny().isEmpty()) {
            return only(node, "exterior")
                    .flatMap(e -> only(e, "LinearRing"))
                    .map(ring -> corners(node, ring))
                    .filter(corners -> corners.size() <= MAX_CORNERS)
                    .map(corners -> new Outline(corners).centre());
        }
        return Optional.empty();
    }

    private static List<GeoPoint> corners(Node shape, Node ring) {
        return ring.below().stream()
                .filter(n -> n.is(GML, "pos") || n.is(GML, "posList"))
                .flatMap(n -> points(shape, n).stream())
                .toList();
    }

    private static Optional<Node> only(Node node, String name) {
        var found = node.all(GML, name).toList();
        return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
    }

    /// The numbers by twos or, where the reference system has heights, by threes; a height is not
    /// looked at. Throws `IllegalArgumentException` for anything else.
    private static List<GeoPoint> points(Node shape, Node numbers) {
        var size =
                switch (shape.attributes().getOrDefault("srsName", "")) {
                    case FLAT -> 2;
                    case HIGH -> 3;
                    default -> throw new IllegalArgumentException("another reference system");
                };
        var words = numbers.text().split("\\s+", -1);
        if (words.length % size != 0) {
            throw new IllegalArgumentException("half a point");
        }
        var found = new ArrayList<GeoPoint>();
        for (int i = 0; i < words.length; i += size) {
            found.add(
                    GeoPoint.parse(words[i] + " " + words[i + 1])
                            .orElseThrow(() -> new IllegalArgumentException("no point")));
        }
        return found;
    }
}
