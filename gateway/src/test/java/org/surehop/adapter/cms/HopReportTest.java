package org.surehop.adapter.cms;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.xml.XMLConstants;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.SchemaFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.surehop.core.assurance.HopAssertion;
import org.surehop.core.assurance.HopAssertion.Channel;
import org.surehop.core.assurance.HopAssertion.Role;
import org.surehop.core.assurance.HopReport;
import org.surehop.core.sip.CallId;
import org.surehop.core.sip.Hop;
import org.surehop.core.sip.Method;
import org.xml.sax.SAXException;

class HopReportTest {
    static final HopReport REPORT =
            new HopReport(
                    Method.INVITE,
                    314_159,
                    new CallId("a84b4c76e66710@x<>&\"'"),
                    "sip:alice@atlanta.example.com",
                    "1928301774",
                    "sip:bob@biloxi.example.com",
                    Instant.parse("2026-01-01T00:00:00Z"),
                    List.of(
                            new HopAssertion(
                                    Hop.of("server10.atlanta.example.com", 5061),
                                    Role.PROXY,
                                    true,
                                    "",
                                    new Channel(
                                            "tls",
                                            "TLSv1.3",
                                            "TLS_AES_128_GCM_SHA256",
                                            "a",
                                            "mutual"),
                                    new Channel("tls", "TLSv1.2", "", "", "server")),
                            new HopAssertion(
                                    Hop.of("[2001:db8::1]", 5071),
                                    Role.B2BUA,
                                    false,
                                    "no-tls-target",
                                    Channel.UNTOLD,
                                    Channel.UNTOLD,
                                    Set.of(Hop.of("out.example", 5072)))),
                    Optional.of(List.of(Hop.of("bigbox3.example", 5062), Hop.of("s1", 0))));

    private static final String GOOD =
            new String(HopReportWriter.write(REPORT), StandardCharsets.UTF_8);

    private static HopReport read(String xml) throws BodyFault {
        return HopReportReader.read(xml.getBytes(StandardCharsets.UTF_8));
    }

    private static void validate(String xml) throws SAXException, IOException {
        SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI)
                .newSchema(HopReportTest.class.getResource("e2e-sec-info.xsd"))
                .newValidator()
                .validate(
                        new StreamSource(
                                new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8))));
    }

    @Test
    void readsBackWhatItWrote() throws Exception {
        assertEquals(REPORT, read(GOOD));
    }

    @Test
    void writesWhatTheShippedSchemaAllows() {
        assertDoesNotThrow(() -> validate(GOOD));
        assertThrows(
                SAXException.class, () -> validate(GOOD.replace("role=\"proxy\"", "role=\"x\"")));
    }

    @Test
    void passesOverWhatOthersAdd() throws Exception {
        var more = "<x:y xmlns:x=\"urn:example:x\" a=\"b\"><x:z/></x:y></e2e-sec-info>";

        assertEquals(REPORT, read(GOOD.replace("</e2e-sec-info>", more)));
    }

    @Test
    void refusesWhatIsCutAnywhere() {
        for (int end = 0; end < GOOD.length(); end++) {
            var cut = GOOD.substring(0, end);
            assertThrows(BodyFault.class, () -> read(cut), "at " + end);
        }
    }

    @Test
    void refusesADocumentTypeOfAnyKind() {
        var body = GOOD.substring(GOOD.indexOf("<e2e-sec-info"));
        var laughs = new StringBuilder("<!DOCTYPE e2e-sec-info [<!ENTITY l0 \"lol\">");
        for (int i = 1; i < 10; i++) {
            laughs.append("<!ENTITY l%d \"%s\">".formatted(i, ("&l" + (i - 1) + ";").repeat(10)));
        }
        var bomb = laughs + "]>" + body.replace("1928301774", "&l9;");

        for (var xml :
                List.of(
                        "<!DOCTYPE e2e-sec-info>" + body,
                        "<!DOCTYPE e2e-sec-info SYSTEM \"file:///etc/passwd\">" + body,
                        "<!DOCTYPE e2e-sec-info [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
                                + body.replace("s1</hop-uri>", "&x;</hop-uri>"),
                        bomb)) {
            assertTimeout(
                    Duration.ofSeconds(2), () -> assertThrows(BodyFault.class, () -> read(xml)));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://surehop.org/ns/e2e-sec-info => urn:ietf:params:xml:ns:e2e-sec-info",
                "version=\"1\" => version=\"2\"",
                "cseq=\"314159\" => cseq=\"-1\"",
                "cseq=\"314159\" => cseq=\"99999999999999999999\"",
                "role=\"proxy\" => role=\"king\"",
                "result=\"complied\" => result=\"perhaps\"",
                "time=\"2026 => time=\"yesterday",
                "id=\"server10.atlanta.example.com\" => id=\"\"",
                "id=\"server10.atlanta.example.com\" => id=\"a b\"",
                "id=\"server10.atlanta.example.com\" => id=\"a:99999\"",
                "method=\"INVITE\" => nomethod=\"INVITE\"",
                "<hop-uri>s1</hop-uri> => <hop-uri>s1<b/></hop-uri>",
                "<hop-uri>s1</hop-uri> => text",
                "<hop-record> => <?php evil?><hop-record>",
                "<hop-record> => <surprise/><hop-record>",
                "</e2e-sec-info> => </e2e-sec-info><again/>",
            })
    void refusesWhatTheGrammarDoesNotAllow(String change) {
        var sides = change.split(" => ", 2);
        var xml = GOOD.replace(sides[0], sides[1]);

        assertThrows(BodyFault.class, () -> read(xml));
    }

    @Test
    void holdsItsLimits() throws Exception {
        var hop = GOOD.substring(GOOD.indexOf("<hop id"), GOOD.indexOf("<hop id", 500));
        var manyHops = GOOD.replace("<hop-record>", hop.repeat(69) + "<hop-record>");
        var deep = "<x xmlns=\"urn:x\">".repeat(50) + "</x>".repeat(50) + "</e2e-sec-info>";
        var wide = "<x xmlns=\"urn:x\"/>".repeat(600) + "</e2e-sec-info>";
        var long1 = GOOD.replace("1928301774", "1".repeat(HopReportReader.MAX_VALUE + 1));
        var huge = GOOD + " ".repeat(HopReportReader.MAX_OCTETS);

        for (var xml :
                List.of(
                        manyHops,
                        GOOD.replace("</e2e-sec-info>", deep),
                        GOOD.replace("</e2e-sec-info>", wide),
                        long1,
                        huge)) {
            assertThrows(BodyFault.class, () -> read(xml));
        }
        assertEquals(
                70,
                read(GOOD.replace("<hop-record>", hop.repeat(68) + "<hop-record>")).hops().size());
    }

    @Test
    void takesUtf8Only() {
        var bytes = GOOD.replace("UTF-8", "UTF-16").getBytes(StandardCharsets.UTF_16);

        assertThrows(BodyFault.class, () -> HopReportReader.read(bytes));
    }
}
