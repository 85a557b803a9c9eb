package org.surehop.adapter.sip;

import java.util.List;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.CSeq;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.Via;

/// Facts to octets, always in the same order; used once. Nothing that it is given can begin a new
/// line.
final class MessageWriter {
    private final StringBuilder out = new StringBuilder(1024);

    byte[] write(Request request) {
        out.append(checked(request.method().name())).append(' ');
        out.append(checked(request.uri().text())).append(" SIP/2.0\r\n");
        vias(request.vias());
        addresses("Route", request.routes());
        addresses("Record-Route", request.recordRoutes());
        request.maxForwards().ifPresent(n -> row("Max-Forwards", Integer.toString(n)));
        row("From", request.from().text());
        row("To", request.to().text());
        row("Call-ID", request.callId().value());
        cseq(request.cseq());
        request.contact().ifPresent(c -> row("Contact", c.text()));
        tags("Require", request.require());
        tags("Proxy-Require", request.proxyRequire());
        tags("Supported", request.supported());
        others(request.others(), true);
        return finish(request.body());
    }

    byte[] write(Response response) {
        out.append("SIP/2.0 ").append(response.status().value()).append(' ');
        out.append(checked(response.reason())).append("\r\n");
        vias(response.vias());
        addresses("Record-Route", response.recordRoutes());
        row("From", response.from().text());
        row("To", response.to().text());
        row("Call-ID", response.callId().value());
        cseq(response.cseq());
        response.contact().ifPresent(c -> row("Contact", c.text()));
        tags("Require", response.require());
        tags("Supported", response.supported());
        others(response.others(), false);
        return finish(response.body());
    }

    private void vias(List<Via> vias) {
        for (var via : vias) {
            row("Via", via.text());
        }
    }

    private void addresses(String name, List<NameAddr> addresses) {
        for (var address : addresses) {
            row(name, address.text());
        }
    }

    private void cseq(CSeq cseq) {
        row("CSeq", cseq.number() + " " + cseq.method().name());
    }

    private void tags(String name, List<String> tags) {
        if (!tags.isEmpty()) {
            row(name, String.join(", ", tags));
        }
    }

    private void others(List<Header> others, boolean request) {
        for (var header : others) {
            var id = HeaderName.of(header.name());
            var placeless =
                    switch (id) {
                        case ONCE, OTHER, CONTACT -> true;
                        case MAX_FORWARDS, ROUTE, PROXY_REQUIRE -> !request;
                        default -> false;
                    };
            if (!placeless || !Syntax.isToken(header.name())) {
                throw new IllegalArgumentException(
                        "a header among the others has a place of its own, or no proper name");
            }
            row(header.name(), header.value());
        }
    }

    private byte[] finish(Body body) {
        for (var header : body.headers()) {
            if (HeaderName.of(header.name()) != HeaderName.BODY) {
                throw new IllegalArgumentException("a body has only headers that describe it");
            }
            row(header.name(), header.value());
        }
        out.append("Content-Length: ").append(body.octets().length()).append("\r\n\r\n");
        return SipCodec.octets(out, body.octets().toArray());
    }

    private void row(String name, String value) {
        out.append(name).append(": ").append(checked(value)).append("\r\n");
    }

    private static String checked(String text) {
        if (!Syntax.oneLine(text)) {
            throw new IllegalArgumentException("a value holds a line break or NUL");
        }
        return text;
    }
}
