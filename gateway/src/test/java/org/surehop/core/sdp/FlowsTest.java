package org.surehop.core.sdp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.surehop.core.sdp.SkippedMedia.Why;

class FlowsTest {
    private static final FlowRules RULES =
            new FlowRules(SourcePolicy.ADDR, FlowRules.End.on(true), FlowRules.End.on(false));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "RTP/AVP",
                "RTP/SAVP",
                "RTP/AVPF",
                "RTP/SAVPF",
                "UDP/TLS/RTP/SAVP",
                "UDP/TLS/RTP/SAVPF"
            })
    void opensRtpAndRtcpBothWays(String proto) {
        var plan =
                agreed(
                        sdp("10.0.0.1", "m=audio 4000 %s 0".formatted(proto)),
                        sdp("192.0.2.1", "m=audio 6000 %s 0".formatted(proto)));
        assertEquals(
                List.of(
                        "udp 192.0.2.1 -> 10.0.0.1 port 4000",
                        "udp 192.0.2.1 -> 10.0.0.1 port 4001"),
                text(plan.toOfferer()));
        assertEquals(
                List.of(
                        "udp 10.0.0.1 -> 192.0.2.1 port 6000",
                        "udp 10.0.0.1 -> 192.0.2.1 port 6001"),
                text(plan.toAnswerer()));
    }

    @Test
    void followsExplicitRtcpOfItsReceiver() {
        var plan =
                agreed(
                        sdp("10.0.0.1", "m=audio 4000 RTP/AVP 0\na=rtcp:5555 IN IP4 10.0.0.9"),
                        sdp("192.0.2.1", "m=audio 6000 RTP/AVP 0\na=rtcp:7777"));
        assertEquals("udp 192.0.2.1 -> 10.0.0.9 port 5555", text(plan.toOfferer()).get(1));
        assertEquals("udp 10.0.0.9 -> 192.0.2.1 port 7777", text(plan.toAnswerer()).get(1));
    }

    @Test
    void closesTheRtcpPortOnlyWhenBothMultiplex() {
        var mux = "m=audio 4000 RTP/AVP 0\na=rtcp-mux";
        assertEquals(1, agreed(sdp("10.0.0.1", mux), sdp("192.0.2.1", mux)).toOfferer().size());
        var plain = sdp("192.0.2.1", "m=audio 6000 RTP/AVP 0");
        assertEquals(2, agreed(sdp("10.0.0.1", mux), plain).toOfferer().size());
    }

    @ParameterizedTest
    @CsvSource({
        "sendrecv, sendrecv, 4000 4001, 6000 6001",
        "sendonly, recvonly, 4001, 6000 6001",
        "recvonly, sendonly, 4000 4001, 6001",
        "inactive, inactive, 4001, 6001",
        "sendonly, sendonly, 4001, 6001"
    })
    void openRtpOnlyInAgreedDirectionsButRtcpAlways(
            String offer, String answer, String toOfferer, String toAnswerer) {
        var plan =
                agreed(
                        sdp("10.0.0.1", "m=audio 4000 RTP/AVP 0\na=" + offer),
                        sdp("192.0.2.1", "m=audio 6000 RTP/AVP 0\na=" + answer));
        assertEquals(toOfferer, ports(plan.toOfferer()));
        assertEquals(toAnswerer, ports(plan.toAnswerer()));
    }

    @Test
    void keepsRtcpOfAnInactiveMultiplexedMedium() {
        var mux = "m=audio 4000 RTP/AVP 0\na=rtcp-mux\na=inactive";
        var plan = agreed(sdp("10.0.0.1", mux), sdp("192.0.2.1", mux));
        assertEquals("4000", ports(plan.toOfferer()));
    }

    @Test
    void pairsMediaByPositionAndNeverShiftsThem() {
        var plan =
                agreed(
                        sdp("10.0.0.1", "m=audio 4000 RTP/AVP 0", "m=video 5000 RTP/AVP 96"),
                        sdp("192.0.2.1", "m=audio 0 RTP/AVP 0", "m=video 7000 RTP/AVP 96"));
        assertEquals("5000 5001", ports(plan.toOfferer()));
        assertEquals("7000 7001", ports(plan.toAnswerer()));
        assertEquals(List.of(new SkippedMedia(0, Why.REFUSED)), plan.skipped());
    }

    @Test
    void opensEachPairOfAPortCount() {
        var plan =
                agreed(
                        sdp("10.0.0.1", "m=video 4000/2 RTP/AVP 96"),
                        sdp("192.0.2.1", "m=video 6000/2 RTP/AVP 96"));
        assertEquals("4000 4001 4002 4003", ports(plan.toOfferer()));
    }

    @Test
    void refusesAnAnswerWithOtherMediaLines() {
        var offer = SdpParserTest.parsed(sdp("10.0.0.1", "m=audio 4000 RTP/AVP 0"));
        var answer = SdpParserTest.parsed(sdp("192.0.2.1"));
        assertInstanceOf(FlowPlan.Refused.class, Flows.between(offer, answer, RULES));
    }

    @ParameterizedTest
    @CsvSource({
        "m=audio 4000 TCP/MSRP 0, 10.0.0.1, PROTOCOL_NOT_KNOWN",
        "m=audio 4000 udptl t38, 10.0.0.1, PROTOCOL_NOT_KNOWN",
        "m=audio 4000 UDP/QUIC/RTP 0, 10.0.0.1, PROTOCOL_NOT_KNOWN",
        "m=audio 4000 RTP/SAVP 0, 10.0.0.1, NOT_THE_SAME",
        "m=video 4000 RTP/AVP 0, 10.0.0.1, NOT_THE_SAME",
        "m=audio 9 RTP/AVP 0, 10.0.0.1, NO_ADDRESS",
        "m=audio 4000 RTP/AVP 0, 0.0.0.0, NO_ADDRESS"
    })
    void opensNothingForWhatItCannotPlace(String media, String address, Why why) {
        var plan = agreed(sdp(address, media), sdp("192.0.2.1", "m=audio 6000 RTP/AVP 0"));
        assertEquals(List.of(), plan.all());
        assertEquals(List.of(new SkippedMedia(0, why)), plan.skipped());
    }

    @Test
    void opensNothingAtZeroBandwidthOrAcrossFamilies() {
        var plain = sdp("192.0.2.1", "m=audio 6000 RTP/AVP 0");
        var silent = agreed(sdp("10.0.0.1", "m=audio 4000 RTP/AVP 0\nb=AS:0"), plain);
        assertEquals(Why.SILENT, silent.skipped().getFirst().why());
        var six = "m=audio 4000 RTP/AVP 0\nc=IN IP6 2001:db8::1";
        assertEquals(
                Why.FAMILIES_DIFFER, agreed(sdp("1.1.1.1", six), plain).skipped().getFirst().why());
    }

    @Test
    void makesNoRtcpFlowBeyondTheLastPort() {
        var plan =
                agreed(
                        sdp("10.0.0.1", "m=audio 65535 RTP/AVP 0"),
                        sdp("192.0.2.1", "m=audio 6000 RTP/AVP 0"));
        assertEquals("65535", ports(plan.toOfferer()));
    }

    private static FlowPlan.Agreed agreed(String offer, String answer) {
        return assertInstanceOf(
                FlowPlan.Agreed.class,
                Flows.between(SdpParserTest.parsed(offer), SdpParserTest.parsed(answer), RULES));
    }

    private static String sdp(String address, String... media) {
        return "v=0\no=- 1 1 IN IP4 x\ns=-\nc=IN IP4 %s\nt=0 0\n".formatted(address)
                + String.join("\n", media);
    }

    private static List<String> text(List<Flow> flows) {
        return flows.stream().map(Flow::toString).toList();
    }

    private static String ports(List<Flow> flows) {
        return String.join(" ", flows.stream().map(f -> "" + f.port()).toList());
    }
}
