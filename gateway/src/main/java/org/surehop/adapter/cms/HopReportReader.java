package org.surehop.adapter.cms;

import java.nio.charset.CharacterCodingException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.surehop.core.assurance.HopAssertion;
import org.surehop.core.assurance.HopAssertion.Channel;
import org.surehop.core.assurance.HopAssertion.Role;
import org.surehop.core.assurance.HopReport;
import org.surehop.core.sip.CallId;
import org.surehop.core.sip.Hop;
import org.surehop.core.sip.Method;

/// Reads the XML of an e2e-sec NOTIFY, which any stranger on the path may have written: UTF-8 only,
/// no document type, no entities beyond the five of XML, no processing instruction, bounded size,
/// depth, count and length. Elements of other namespaces are passed over.
final class HopReportReader {
    static final int MAX_OCTETS = 65_536;
    static final int MAX_HOPS = 70;
    static final int MAX_DEPTH = 8;
    static final int MAX_ELEMENTS = 500;
    static final int MAX_VALUE = 1_024;
    /// Of what a hop says of one side, and of a cause: what is kept longest (POL-95).
    static final int MAX_WORD = 255;

    private final XMLStreamReader xml;
    private final List<HopAssertion> hops = new ArrayList<>();
    private Optional<RequestTuple> request = Optional.empty();
    private Optional<Instant> time = Optional.empty();
    private Optional<List<Hop>> hopRecord = Optional.empty();
    private Optional<HopReport.Judged> judged = Optional.empty();
    private int elements;

    private record RequestTuple(
            Method method, long cseq, CallId callId, String from, String fromTag, String to) {}

    private HopReportReader(XMLStreamReader xml) {
        this.xml = xml;
    }

    /// The report, or a fault that says no more than what kind it is.
    static HopReport read(byte[] octets) throws BodyFault {
        if (octets.length > MAX_OCTETS) {
            throw BodyFault.tooComplex();
        }
        try {
            return new HopReportReader(StrangersXml.over(octets)).document();
        } catch (CharacterCodingException
                | XMLStreamException
                | IllegalArgumentException
                | DateTimeException _) {
            throw BodyFault.malformed();
        }
    }

    private HopReport document() throws XMLStreamException, BodyFault {
        next();
        if (!startsOurs("e2e-sec-info")
                || !HopReportWriter.VERSION.equals(xml.getAttributeValue(null, "version"))) {
            throw BodyFault.malformed();
        }
        while (next() != XMLStreamConstants.END_ELEMENT) {
            child();
        }
        if (next() != XMLStreamConstants.END_DOCUMENT) {
            throw BodyFault.malformed();
        }
        return report();
    }

    private HopReport report() throws BodyFault {
        if (request.isEmpty() || time.isEmpty()) {
            throw BodyFault.malformed();
        }
        var tuple = request.get();
        return new HopReport(
                tuple.method(),
                tuple.cseq(),
                tuple.callId(),
                tuple.from(),
                tuple.fromTag(),
                tuple.to(),
                time.get(),
                hops,
                hopRecord,
                judged);
    }

    private void child() throws XMLStreamException, BodyFault {
        if (startsOurs("request") && request.isEmpty()) {
            request =
                    Optional.of(
                            new RequestTuple(
                                    new Method(needed("method")),
                                    number(needed("cseq")),
                                    new CallId(needed("call-id")),
                                    needed("from"),
                                    needed("from-tag"),
                                    needed("to")));
            skip();
        } else if (startsOurs("hop") && hops.size() < MAX_HOPS) {
            hop();
        } else if (startsOurs("hop-record") && hopRecord.isEmpty()) {
            hopRecord = Optional.of(record());
        } else if (startsOurs("verdict") && judged.isEmpty()) {
            judged = Optional.of(new HopReport.Judged(needed("level"), needed("reason")));
            skip();
        } else if (HopReportWriter.NAMESPACE.equals(xml.getNamespaceURI())) {
            throw BodyFault.malformed();
        } else {
            skip();
        }
    }

    private void hop() throws XMLStreamException, BodyFault {
        var id = hopOf(needed("id"));
        var role = Role.valueOf(needed("role").toUpperCase(Locale.ROOT));
        var result = needed("result");
        if (!result.equals("complied") && !result.equals("not-complied")) {
            throw BodyFault.malformed();
        }
        var at = Instant.parse(needed("time"));
        time = time.or(() -> Optional.of(at));
        var complied = result.equals("complied");
        var cause = complied ? "" : word("cause");
        var received = Channel.UNTOLD;
        var forwarded = Channel.UNTOLD;
        var sameAs = new HashSet<Hop>();
        while (next() != XMLStreamConstants.END_ELEMENT) {
            if (startsOurs("received")) {
                received = channel();
            } else if (startsOurs("forwarded")) {
                forwarded = channel();
            } else if (startsOurs("same-as") && sameAs.size() < HopAssertion.MAX_NAMES) {
                sameAs.add(hopOf(needed("id")));
            }
            skip();
        }
        hops.add(new HopAssertion(id, role, complied, cause, received, forwarded, sameAs));
    }

    private Channel channel() throws BodyFault {
        return new Channel(
                word("security"), word("version"), word("cipher"), word("peer"), word("peer-auth"));
    }

    private List<Hop> record() throws XMLStreamException, BodyFault {
        var found = new ArrayList<Hop>();
        while (next() != XMLStreamConstants.END_ELEMENT) {
            if (!startsOurs("hop-uri") || found.size() == MAX_HOPS) {
                throw BodyFault.malformed();
            }
            var text = new StringBuilder();
            int event;
            while ((event = xml.next()) == XMLStreamConstants.CHARACTERS) {
                text.append(xml.getText());
            }
            if (event != XMLStreamConstants.END_ELEMENT || text.length() > MAX_VALUE) {
                throw BodyFault.malformed();
            }
            found.add(hopOf(text.toString().strip()));
        }
        return found;
    }

    /// To the end of the element that has just begun, whatever is inside.
    private void skip() throws XMLStreamException, BodyFault {
        var depth = 1;
        while (depth > 0) {
            var event = next();
            depth += event == XMLStreamConstants.START_ELEMENT ? 1 : -1;
            if (depth > MAX_DEPTH) {
                throw BodyFault.tooComplex();
            }
        }
    }

    /// The next start or end of an element; white space and comments are passed over, text and
    /// everything that can hide something is refused.
    private int next() throws XMLStreamException, BodyFault {
        while (true) {
            var event = xml.next();
            switch (event) {
                case XMLStreamConstants.START_ELEMENT -> {
                    if (++elements > MAX_ELEMENTS) {
                        throw BodyFault.tooComplex();
                    }
                    return event;
                }
                case XMLStreamConstants.END_ELEMENT, XMLStreamConstants.END_DOCUMENT -> {
                    return event;
                }
                case XMLStreamConstants.SPACE, XMLStreamConstants.COMMENT -> {}
                case XMLStreamConstants.CHARACTERS -> {
                    if (!xml.isWhiteSpace()) {
                        throw BodyFault.malformed();
                    }
                }
                default -> throw BodyFault.malformed();
            }
        }
    }

    private boolean startsOurs(String name) {
        return xml.isStartElement()
                && name.equals(xml.getLocalName())
                && HopReportWriter.NAMESPACE.equals(xml.getNamespaceURI());
    }

    private String needed(String name) throws BodyFault {
        var value = attribute(name);
        if (value.isEmpty()) {
            throw BodyFault.malformed();
        }
        return value;
    }

    private String attribute(String name) throws BodyFault {
        var value = xml.getAttributeValue(null, name);
        if (value == null) {
            return "";
        }
        if (value.length() > MAX_VALUE) {
            throw BodyFault.tooComplex();
        }
        return value;
    }

    private String word(String name) throws BodyFault {
        var value = attribute(name);
        if (value.length() > MAX_WORD) {
            throw BodyFault.tooComplex();
        }
        return value;
    }

    private static long number(String text) throws BodyFault {
        if (text.length() > 10 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw BodyFault.malformed();
        }
        return Long.parseLong(text);
    }

    /// `host`, `host:port`, `[v6]` or `[v6]:port`.
    private static Hop hopOf(String text) throws BodyFault {
        var colon = text.indexOf(':', Math.max(0, text.indexOf(']')));
        var host = colon < 0 ? text : text.substring(0, colon);
        if (!host.chars().allMatch(HopReportReader::isHostCharacter)) {
            throw BodyFault.malformed();
        }
        return colon < 0 ? Hop.of(host, 0) : Hop.of(host, (int) number(text.substring(colon + 1)));
    }

    private static boolean isHostCharacter(int c) {
        return c < 128 && (Character.isLetterOrDigit(c) || "-._:[]".indexOf(c) >= 0);
    }
}
