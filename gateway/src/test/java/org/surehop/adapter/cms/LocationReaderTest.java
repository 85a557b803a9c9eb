package org.surehop.adapter.cms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.surehop.core.location.GeoPoint;
import org.surehop.core.location.Place;

/// Location objects, good and hostile.
class LocationReaderTest {
    private static final String FLAT = "srsName='urn:ogc:def:crs:EPSG::4326'";
    private static final String HIGH = "srsName='urn:ogc:def:crs:EPSG::4979'";

    private static String object(String shape) {
        return """
        <?xml version="1.0" encoding="UTF-8"?>
        <presence xmlns="urn:ietf:params:xml:ns:pidf"
            xmlns:gp="urn:ietf:params:xml:ns:pidf:geopriv10"
            xmlns:bp="urn:ietf:params:xml:ns:pidf:geopriv10:basicPolicy"
            xmlns:ca="urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr"
            xmlns:gml="http://www.opengis.net/gml" xmlns:gs="http://www.opengis.net/pidflo/1.0"
            xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model" entity="pres:alice@example.com">
          <dm:device id="d1"><gp:geopriv><gp:location-info>
            %s
          </gp:location-info><gp:usage-rules>
            <bp:retransmission-allowed>no</bp:retransmission-allowed>
            <bp:retention-expiry>2030-01-01T10:00:00+02:00</bp:retention-expiry>
          </gp:usage-rules><gp:method>GPS</gp:method></gp:geopriv></dm:device>
        </presence>
        """
                .formatted(shape);
    }

    private static Optional<Place> read(String xml) {
        return LocationReader.read(xml.getBytes(StandardCharsets.UTF_8));
    }

    private static Optional<GeoPoint> point(String shape) {
        return read(object(shape)).flatMap(Place::point);
    }

    @Test
    void readsPointCircleAndPolygon() {
        var there = GeoPoint.parse("59.33 18.06");
        assertEquals(
                there, point("<gml:Point " + FLAT + "><gml:pos>59.33 18.06</gml:pos></gml:Point>"));
        assertEquals(
                there,
                point("<gml:Point " + HIGH + "><gml:pos>59.33\n 18.06 28</gml:pos></gml:Point>"));
        assertEquals(
                there,
                point(
                        "<gs:Circle "
                                + FLAT
                                + "><gml:pos>59.33 18.06</gml:pos>"
                                + "<gs:radius uom='urn:ogc:def:uom:EPSG::9001'>850</gs:radius>"
                                + "</gs:Circle>"));
        var corners = "59.32 18.05 59.32 18.07 59.34 18.07 59.34 18.05 59.32 18.05";
        assertEquals(
                there,
                point(
                        "<gml:Polygon "
                                + FLAT
                                + "><gml:exterior><gml:LinearRing><gml:posList>"
                                + corners
                                + "</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon>"));
    }

    @Test
    void readsCivicAddressAndUntilWhenItMayBeKept() {
        var place =
                read(object(
                                "<ca:civicAddress xml:lang='sv'><ca:country>SE</ca:country>"
                                        + "<ca:A3>Stockholm</ca:A3></ca:civicAddress>"))
                        .orElseThrow();
        assertEquals(Map.of("COUNTRY", "se", "A3", "stockholm"), place.civic());
        assertEquals(Optional.of(Instant.parse("2030-01-01T08:00:00Z")), place.expires());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<gml:Point><gml:pos>59.33 18.06</gml:pos></gml:Point>",
                "<gml:Point srsName='urn:ogc:def:crs:EPSG::27700'>"
                        + "<gml:pos>1 2</gml:pos></gml:Point>",
                "<gml:Point srsName='urn:ogc:def:crs:EPSG::4326'>"
                        + "<gml:pos>1</gml:pos></gml:Point>",
                "<gml:Point srsName='urn:ogc:def:crs:EPSG::4326'>"
                        + "<gml:pos>1 999</gml:pos></gml:Point>",
                "<gs:Ellipse srsName='urn:ogc:def:crs:EPSG::4326'>"
                        + "<gml:pos>1 2</gml:pos></gs:Ellipse>",
                "<gs:Circle srsName='urn:ogc:def:crs:EPSG::4326'>"
                        + "<gml:pos>1 2</gml:pos></gs:Circle>",
                "<gml:Polygon srsName='urn:ogc:def:crs:EPSG::4326'><gml:exterior><gml:LinearRing>"
                        + "<gml:posList>1 1 1 2 2 2</gml:posList></gml:LinearRing></gml:exterior>"
                        + "<gml:interior/></gml:Polygon>",
                "<gml:Polygon srsName='urn:ogc:def:crs:EPSG::4326'><gml:exterior><gml:LinearRing>"
                        + "<gml:posList>1 1 1 2</gml:posList></gml:LinearRing></gml:exterior>"
                        + "</gml:Polygon>",
                ""
            })
    void whatNamesNoPlaceThatCanBeUsedIsNone(String shape) {
        assertEquals(Optional.empty(), read(object(shape)));
    }

    @Test
    void readsNothingForStrangers() {
        var good = object("<gml:Point " + FLAT + "><gml:pos>1 2</gml:pos></gml:Point>");
        assertTrue(read(good).isPresent());
        var hostile =
                good.replace(
                        "<presence",
                        "<!DOCTYPE presence [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><presence");
        assertEquals(Optional.empty(), read(hostile), "no document type");
        assertEquals(Optional.empty(), read(good.replace("1 2", "&x;")), "no entity");
        assertEquals(Optional.empty(), read(good.replace("<gp:method>", "<?run me?><gp:method>")));
        assertEquals(Optional.empty(), read("<x/>" + good));
        assertEquals(Optional.empty(), read(good + good));
        assertEquals(Optional.empty(), read(""));
        assertEquals(Optional.empty(), read("<a>".repeat(100_000)), "octets");
        assertEquals(Optional.empty(), read("<a>".repeat(10_000)), "depth");
        var deep = "<a>".repeat(LocationReader.MAX_DEPTH) + "</a>".repeat(LocationReader.MAX_DEPTH);
        assertEquals(Optional.empty(), read(good.replace("<gp:method>", deep + "<gp:method>")));
        var many = "<a/>".repeat(LocationReader.MAX_ELEMENTS);
        assertEquals(Optional.empty(), read(good.replace("<gp:method>", many + "<gp:method>")));
        var latin = good.replace("alice", "al\u00efce").getBytes(StandardCharsets.ISO_8859_1);
        assertEquals(Optional.empty(), LocationReader.read(latin), "UTF-8 only");
    }
}
