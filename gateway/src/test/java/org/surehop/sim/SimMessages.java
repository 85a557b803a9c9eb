package org.surehop.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.CSeq;
import org.surehop.core.sip.CallId;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.SipUri;
import org.surehop.core.sip.StatusCode;
import org.surehop.core.sip.Via;
import org.surehop.sim.CallPlan.Shape;

/// Messages as the users of the simulation write them, without any help of the core.
final class SimMessages {
    private SimMessages() {}

    static CallId callId(int number) {
        return new CallId("call-" + number);
    }

    static int number(CallId callId) {
        return Integer.parseInt(callId.value().substring("call-".length()));
    }

    static SipUri user(String name, int number, String domain) {
        return SipUri.of(name + number, domain, 0);
    }

    /// A request with nothing on it but what every request has.
    static Request request(Method method, int number, NameAddr from, NameAddr to) {
        return new Request(
                method,
                to.uri(),
                callId(number),
                from,
                to,
                new CSeq(1, method),
                List.of(),
                OptionalInt.of(70),
                List.of(),
                List.of(),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                Body.NONE);
    }

    /// The Vias of a request that has come through so many proxies.
    static List<Via> vias(String domain, int proxies, String branch) {
        var vias = new ArrayList<Via>();
        for (int i = proxies; i > 0; i--) {
            vias.add(Via.tls("edge" + i + "." + domain, 0, branch + "p" + i));
        }
        vias.add(Via.tls("ua." + domain, 0, branch));
        return vias;
    }

    static Response response(Request request, int status, String toTag) {
        var bare = request.to().tag().isEmpty() && status > 100;
        return new Response(
                new StatusCode(status),
                "simulated",
                request.callId(),
                request.from(),
                bare ? request.to().withTag(toTag) : request.to(),
                request.cseq(),
                request.vias(),
                request.recordRoutes(),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(),
                Body.NONE);
    }

    /// The media address of one user of a call: nobody else's, so that a flow tells whose it is.
    static String address(int number, boolean inside) {
        return (inside ? "10." : "20.")
                + (number >> 16 & 127)
                + "."
                + (number >> 8 & 255)
                + "."
                + (number & 255);
    }

    /// The port of the n-th description of that user.
    static int port(int version) {
        return 10_000 + 20 * version;
    }

    static String sdp(int number, boolean inside, int version, Shape shape) {
        var address = address(number, inside);
        var port = port(version);
        return switch (shape) {
            case AUDIO -> sdp(address, version, audio(port) + "a=sendrecv\r\n");
            case AUDIO_VIDEO ->
                    sdp(
                            address,
                            version,
                            audio(port) + "m=video " + (port + 4) + " RTP/AVP 96\r\n");
            case MUX -> sdp(address, version, audio(port) + "a=rtcp-mux\r\n");
            case HELD -> sdp(address, version, audio(port) + "a=inactive\r\n");
            case LOOPBACK -> sdp("127.0.0.1", version, audio(port));
            case WRONG_SIDE -> sdp(SimMessages.address(number, !inside), version, audio(port));
            case LOW_PORT -> sdp(address, version, audio(22));
            case NONSENSE -> "v=0\r\nwhat is this\r\n";
        };
    }

    private static String audio(int port) {
        return "m=audio " + port + " RTP/AVP 0\r\n";
    }

    private static String sdp(String address, int version, String media) {
        return "v=0\r\no=- 7 %d IN IP4 %s\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\n%s"
                .formatted(version, address, address, media);
    }
}
