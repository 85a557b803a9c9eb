package org.surehop.adapter.cms;

import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.surehop.core.assurance.HopAssertion;
import org.surehop.core.assurance.HopAssertion.Channel;
import org.surehop.core.assurance.HopReport;

/// Writes the XML of an e2e-sec NOTIFY (POL-46; schema `e2e-sec-info.xsd`).
final class HopReportWriter {
    static final String NAMESPACE = "https://surehop.org/ns/e2e-sec-info";
    static final String VERSION = "1";

    private HopReportWriter() {}

    static byte[] write(HopReport report) {
        var text = new StringWriter();
        try {
            var xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text);
            xml.writeStartDocument("UTF-8", "1.0");
            xml.writeStartElement("e2e-sec-info");
            xml.writeDefaultNamespace(NAMESPACE);
            xml.writeAttribute("version", VERSION);
            request(xml, report);
            for (var assertion : report.hops()) {
                hop(xml, report, assertion);
            }
            if (report.hopRecord().isPresent()) {
                xml.writeStartElement("hop-record");
                for (var hop : report.hopRecord().get()) {
                    xml.writeStartElement("hop-uri");
                    xml.writeCharacters(hop.toString());
                    xml.writeEndElement();
                }
                xml.writeEndElement();
            }
            if (report.judged().isPresent()) {
                xml.writeEmptyElement("verdict");
                xml.writeAttribute("level", report.judged().get().level());
                xml.writeAttribute("reason", report.judged().get().reason());
            }
            xml.writeEndElement();
            xml.writeEndDocument();
            xml.close();
        } catch (XMLStreamException e) {
            throw new IllegalStateException("writing XML to memory", e);
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void request(XMLStreamWriter xml, HopReport report) throws XMLStreamException {
        xml.writeEmptyElement("request");
        xml.writeAttribute("method", report.method().name());
        xml.writeAttribute("cseq", Long.toString(report.cseq()));
        xml.writeAttribute("call-id", report.callId().value());
        xml.writeAttribute("from", report.fromUri());
        xml.writeAttribute("from-tag", report.fromTag());
        xml.writeAttribute("to", report.toUri());
        xml.writeAttribute("to-tag", "");
    }

    private static void hop(XMLStreamWriter xml, HopReport report, HopAssertion assertion)
            throws XMLStreamException {
        xml.writeStartElement("hop");
        xml.writeAttribute("id", assertion.hop().toString());
        xml.writeAttribute("role", assertion.role().name().toLowerCase(Locale.ROOT));
        xml.writeAttribute("result", assertion.complied() ? "complied" : "not-complied");
        xml.writeAttribute("time", report.time().toString());
        if (!assertion.complied()) {
            xml.writeAttribute("cause", assertion.cause());
        }
        channel(xml, "received", assertion.received());
        channel(xml, "forwarded", assertion.forwarded());
        for (var name : assertion.sameAs()) {
            xml.writeEmptyElement("same-as");
            xml.writeAttribute("id", name.toString());
        }
        xml.writeEndElement();
    }

    /// What topology policy suppressed is left out altogether.
    private static void channel(XMLStreamWriter xml, String name, Channel channel)
            throws XMLStreamException {
        if (channel.equals(Channel.UNTOLD)) {
            return;
        }
        xml.writeEmptyElement(name);
        attribute(xml, "security", channel.security());
        attribute(xml, "version", channel.version());
        attribute(xml, "cipher", channel.cipher());
        attribute(xml, "peer", channel.peer());
        attribute(xml, "peer-auth", channel.peerAuth());
    }

    private static void attribute(XMLStreamWriter xml, String name, String value)
            throws XMLStreamException {
        if (!value.isEmpty()) {
            xml.writeAttribute(name, value);
        }
    }
}
