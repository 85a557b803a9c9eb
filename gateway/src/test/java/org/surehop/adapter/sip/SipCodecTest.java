package org.surehop.adapter.sip;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.CSeq;
import org.surehop.core.sip.CallId;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.SipUri;
import org.surehop.core.sip.StatusCode;
import org.surehop.core.sip.Via;

class SipCodecTest {
    private static final SipCodec CODEC = new SipCodec(SipSamples.LIMITS, "gw.example");
    private static final List<Method> METHODS =
            List.of(Method.INVITE, Method.BYE, Method.MESSAGE, new Method("x-!.Unknown"));

    @Test
    void readsBackWhatItWrote() {
        for (long seed = 1; seed <= 2000; seed++) {
            var random = new SplittableRandom(seed);
            var request = request(random);
            assertEquals(
                    new Decoded.Request(request),
                    CODEC.decode(CODEC.encode(request)),
                    "seed " + seed);
            var response = response(request, random);
            assertEquals(
                    new Decoded.Response(response),
                    CODEC.decode(CODEC.encode(response)),
                    "seed " + seed);
        }
    }

    @Test
    void keepsBodyOctetsAsTheyAre() {
        var octets = new byte[256];
        for (int i = 0; i < octets.length; i++) {
            octets[i] = (byte) i;
        }
        var body =
                new Body(
                        List.of(new Header("Content-Type", "application/octet-stream")),
                        Octets.copyOf(octets));
        var request = request(new SplittableRandom(1)).toBuilder().body(body).build();
        var read = (Decoded.Request) CODEC.decode(CODEC.encode(request));
        assertArrayEquals(octets, read.request().body().octets().toArray());
    }

    @Test
    void writesInTheFixedOrder() {
        var read =
                (Decoded.Request)
                        CODEC.decode(
                                SipSamples.options(
                                        7,
                                        "X-One: 1\nSupported: 100rel\nl: 2\nk: Timer\n"
                                                + "Proxy-Require : E2E-Sec\nc: text/plain\n",
                                        "hi"));
        assertEquals(
                new String(
                        SipSamples.octets(
                                """
                                OPTIONS sip:bob@example.com SIP/2.0
                                Via: SIP/2.0/TLS client.example.com;branch=z9hG4bK7
                                Max-Forwards: 70
                                From: "Alice" <sip:alice@example.com>;tag=a1
                                To: <sip:bob@example.com>
                                Call-ID: one@example.com
                                CSeq: 7 OPTIONS
                                Proxy-Require: E2E-Sec
                                Supported: 100rel, Timer
                                X-One: 1
                                Content-Type: text/plain
                                Content-Length: 2

                                hi"""),
                        StandardCharsets.UTF_8),
                new String(CODEC.encode(read.request()), StandardCharsets.UTF_8));
    }

    /// An attacker who can put a line break into a value could add headers of his own.
    @Test
    void refusesToWriteLineBreaks() {
        var request = request(new SplittableRandom(2));
        for (var hostile : List.of("a\r\nRoute: <sip:evil>", "a\nb", "a\rb", "a\0b")) {
            var bad = request.toBuilder().add("X-Note", hostile).build();
            assertThrows(IllegalArgumentException.class, () -> CODEC.encode(bad));
        }
    }

    @Test
    void refusesToWriteTypedHeadersTwice() {
        var bad = request(new SplittableRandom(2)).toBuilder().add("Content-Length", "5").build();
        assertThrows(IllegalArgumentException.class, () -> CODEC.encode(bad));
    }

    /// A blank before the colon once made a parser see an unknown header, so that the option tag
    /// was forwarded but never checked.
    @Test
    void seesProxyRequireWithABlankBeforeItsColon() {
        var read =
                assertInstanceOf(
                        Decoded.Request.class,
                        CODEC.decode(
                                SipSamples.options(
                                        1,
                                        "Proxy-Require\t : e2e-sec\nproxy-require:\n foo\n"
                                                + "Content-Length: 0\n",
                                        "")));
        assertEquals(List.of("e2e-sec", "foo"), read.request().proxyRequire());
        assertTrue(read.request().others().isEmpty());
    }

    @Test
    void passesUnknownSchemesWithAnEmptyHost() {
        var octets =
                new String(SipSamples.options(1), StandardCharsets.UTF_8)
                        .replace("OPTIONS sip:bob@example.com", "OPTIONS tel:+15551234;x=y");
        var read = (Decoded.Request) CODEC.decode(octets.getBytes(StandardCharsets.UTF_8));
        assertEquals("", read.request().uri().host());
        assertEquals("tel", read.request().uri().scheme());
    }

    @Test
    void takesUrisApart() {
        var octets =
                new String(SipSamples.options(1), StandardCharsets.UTF_8)
                        .replace("sip:bob@ex", "sips:bob:pw@[2001:DB8::1]:5071;transport=TLS;x=ex");
        var read = (Decoded.Request) CODEC.decode(octets.getBytes(StandardCharsets.UTF_8));
        var uri = read.request().uri();
        assertEquals("[2001:db8::1]", uri.host());
        assertEquals(5071, uri.port());
        assertEquals("tls", uri.transport());
        assertEquals("bob", uri.user());
        assertTrue(uri.secure());
    }

    static Request request(SplittableRandom random) {
        var method = METHODS.get(random.nextInt(METHODS.size()));
        return new Request(
                method,
                uri(random),
                new CallId(word(random) + "@" + word(random)),
                party(random).withTag(word(random)),
                random.nextBoolean() ? party(random) : party(random).withTag(word(random)),
                new CSeq(random.nextLong(1L << 31), method),
                vias(random),
                random.nextBoolean() ? OptionalInt.empty() : OptionalInt.of(random.nextInt(256)),
                parties(random),
                parties(random),
                random.nextBoolean() ? Optional.empty() : Optional.of(party(random)),
                words(random),
                words(random),
                words(random),
                others(random),
                body(random));
    }

    static Response response(Request request, SplittableRandom random) {
        return new Response(
                new StatusCode(100 + random.nextInt(600)),
                random.nextBoolean() ? "" : "Fine, thanks é",
                request.callId(),
                request.from(),
                request.to(),
                request.cseq(),
                request.vias(),
                request.recordRoutes(),
                request.contact(),
                words(random),
                words(random),
                others(random),
                body(random));
    }

    private static SipUri uri(SplittableRandom random) {
        var hosts = List.of("example.com", "192.0.2.7", "[2001:db8::7]", "a-b.example");
        var host = hosts.get(random.nextInt(hosts.size()));
        return SipUri.of(
                random.nextBoolean() ? "" : word(random),
                host,
                random.nextBoolean() ? 0 : 1 + random.nextInt(65_535));
    }

    private static NameAddr party(SplittableRandom random) {
        var uri = uri(random);
        var names = List.of("", "\"A, <b> \\\" é\" ", "Bob ", "B ob ");
        var text = names.get(random.nextInt(names.size())) + "<" + uri.text() + ">";
        return new NameAddr(text, uri, "");
    }

    private static List<NameAddr> parties(SplittableRandom random) {
        var list = new ArrayList<NameAddr>();
        for (int i = random.nextInt(3); i > 0; i--) {
            list.add(party(random));
        }
        return list;
    }

    private static List<Via> vias(SplittableRandom random) {
        var list = new ArrayList<Via>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            list.add(Via.tls("h" + i + ".example", random.nextInt(9000), "z9hG4bK" + word(random)));
        }
        return list;
    }

    private static List<String> words(SplittableRandom random) {
        var list = new ArrayList<String>();
        for (int i = random.nextInt(3); i > 0; i--) {
            list.add(word(random));
        }
        return list;
    }

    private static List<Header> others(SplittableRandom random) {
        var list = new ArrayList<Header>();
        for (int i = random.nextInt(4); i > 0; i--) {
            list.add(new Header("X-" + word(random), random.nextBoolean() ? "" : "a, \"b\";é"));
        }
        return list;
    }

    private static Body body(SplittableRandom random) {
        var octets = new byte[random.nextInt(100)];
        random.nextBytes(octets);
        return random.nextBoolean()
                ? Body.NONE
                : new Body(
                        List.of(
                                new Header("Content-Type", "application/sdp"),
                                new Header("MIME-Version", "1.0")),
                        Octets.copyOf(octets));
    }

    private static String word(SplittableRandom random) {
        return Long.toString(random.nextLong(Long.MAX_VALUE), 36);
    }
}
