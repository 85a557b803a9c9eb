package org.surehop.core.gateway;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.ResponseBuilder;
import org.surehop.core.sip.SipUri;

/// A far side that says in every header what its elements are called.
final class TalkativeSide {
    private TalkativeSide() {}

    static final String PAI = "P-Asserted-Identity";

    static List<Header> rows() {
        return List.of(
                new Header("Server", "LeakWare/1.0 (ps3.hidden.example)"),
                new Header("User-Agent", "LeakWare/1.0"),
                new Header(
                        "Warning",
                        "399 ps3.hidden.example \"e2e-sec: no-tls-target ps4.hidden.example\","
                                + " 370 10.9.8.7:5060 \"ask \\\"ps3.hidden.example\\\", please\""),
                new Header("Error-Info", "<sip:error@ps3.hidden.example>"),
                new Header("Alert-Info", "<http://10.9.8.7/ring>"),
                new Header("Call-Info", "<http://www.hidden.example>;purpose=icon"),
                new Header("History-Info", "<sip:bob@ps3.hidden.example>;index=1"),
                new Header("Diversion", "<sip:bob@[fd09::7]>;reason=unknown"),
                new Header("Path", "<sip:ps3.hidden.example;lr>"),
                new Header("Service-Route", "<sip:ps3.hidden.example;lr>"),
                new Header("P-Charging-Vector", "icid-value=1;icid-generated-at=10.9.8.7"),
                new Header("X-Next-Hop", "ps3.hidden.example"),
                new Header("Reason", "SIP;cause=486;text=\"busy at ps3.hidden.example\""),
                new Header("Retry-After", "60 (ps3.hidden.example is tired)"),
                new Header("Proxy-Inspect-Body", "ps3.hidden.example;cid=a@b"),
                new Header(PAI, "<sip:1001@10.9.8.7>"),
                new Header(PAI, "\"Bob\" <sip:bob@out0.example>"),
                new Header("Record-Route", "<sip:ps3.hidden.example;lr>"),
                new Header("Via", "SIP/2.0/TLS ps3.hidden.example"));
    }

    static Response talkative(ResponseBuilder out, int status) {
        var to = NameAddr.of(SipUri.of("bob", "out0.example", 0)).withTag("t");
        var certificate =
                new Body(
                        List.of(new Header("Content-Type", "application/pkix-cert")),
                        Octets.copyOf("CN=ps3.hidden.example".getBytes(StandardCharsets.UTF_8)));
        return out.reason("as ps3.hidden.example says")
                .to(new NameAddr("\"ps3.hidden.example\" " + to.text(), to.uri(), to.tag()))
                .recordRoutes(List.of(at("ps3.hidden.example")))
                .contact(Optional.of(at("10.9.8.7")))
                .others(rows())
                .add("Contact", "<sip:bob@ps3.hidden.example>, <sip:bob@out0.example>")
                .add("Hop-Record", "ps3.hidden.example, 10.9.8.7:5070")
                .body(status == 496 ? certificate : Body.NONE)
                .build();
    }

    static NameAddr at(String host) {
        return NameAddr.of(SipUri.of("bob", host, 0));
    }
}
