package org.surehop.adapter.cms;

import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/// Begins to read XML that any stranger may have written: UTF-8 only, no document type, no entities
/// beyond the five of XML, nothing fetched. Size, depth and count are for the reader to bound.
final class StrangersXml {
    private static final XMLInputFactory FACTORY = factory();

    private StrangersXml() {}

    static XMLStreamReader over(byte[] octets) throws CharacterCodingException, XMLStreamException {
        var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets));
        synchronized (FACTORY) {
            return FACTORY.createXMLStreamReader(new StringReader(text.toString()));
        }
    }

    private static XMLInputFactory factory() {
        var factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, true);
        factory.setXMLResolver(
                (publicId, systemId, base, namespace) -> {
                    throw new XMLStreamException("no entity is ever fetched");
                });
        return factory;
    }
}
