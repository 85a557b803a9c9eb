package org.surehop.adapter.simco;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.surehop.core.pinhole.middlebox.AgentRequest;
import org.surehop.core.pinhole.middlebox.Answer;
import org.surehop.core.pinhole.middlebox.Capabilities;
import org.surehop.core.pinhole.middlebox.Endpoint;
import org.surehop.core.pinhole.middlebox.Failure;
import org.surehop.core.pinhole.middlebox.Notification;
import org.surehop.core.pinhole.middlebox.Reservation;
import org.surehop.core.pinhole.middlebox.Rule;
import org.surehop.core.pinhole.middlebox.Terms;

/// Messages of SIMCO, good and hostile.
class FrameTest {
    private static final HexFormat HEX = HexFormat.of();

    private static Optional<Frame> read(String hex) throws IOException, BadFrame {
        var octets = HEX.parseHex(hex.replace(" ", ""));
        return Frame.read(new DataInputStream(new ByteArrayInputStream(octets)), 1024);
    }

    private static BadFrame.Kind bad(String hex) {
        return assertThrows(BadFrame.class, () -> RequestReader.read(read(hex).orElseThrow()))
                .kind();
    }

    @Test
    void readsAndWritesEveryAttribute() throws Exception {
        var v6 = InetAddress.ofLiteral("2001:db8::1");
        var all =
                List.<Attribute>of(
                        new Attribute.Version(3, 0),
                        new Attribute.Abilities(0x80, 0x6F, 300),
                        new Attribute.RuleId(0xFFFF_FFFFL),
                        new Attribute.GroupId(7),
                        new Attribute.Lifetime(60),
                        new Attribute.Owner("a.example"),
                        new Attribute.Tuple(
                                Attribute.Place.EXTERNAL, 2, 17, Optional.of(v6), 128, 65_535, 2),
                        new Attribute.Tuple(
                                Attribute.Place.INTERNAL, 0, 6, Optional.empty(), 0, 0, 1),
                        new Attribute.ReserveSet(2, 1, 1, 2, 17, 0xFFFF),
                        new Attribute.EnableSet(3, 2));
        var octets = Frame.of(Code.REQUEST, Code.PER, 0xFFFF_FFFEL, all).octets();
        var back = read(HEX.formatHex(octets)).orElseThrow();
        assertEquals(all, back.attributes());
        assertEquals(0xFFFF_FFFEL, back.transaction());
    }

    @Test
    void readsARequestAsTheWireHasIt() throws Exception {
        // SE, version 3.0; PLC of rule 5 to 60 s; PRR of two UDP ports, the lower one even.
        assertEquals(
                Optional.of(new AgentRequest.Establish(3, 0)),
                RequestReader.read(read("01 01 0008 00000001 0001 0004 03 00 0000").orElseThrow()));
        assertEquals(
                Optional.of(new AgentRequest.ChangeRule(5, java.time.Duration.ofMinutes(1))),
                RequestReader.read(
                        read("01 15 0010 00000002 0005 0004 00000005 0007 0004 0000003c")
                                .orElseThrow()));
        var kept =
                new Reservation(
                        Reservation.Service.TRADITIONAL,
                        Optional.empty(),
                        Terms.Protocol.UDP,
                        2,
                        Reservation.Parity.EVEN,
                        Reservation.IpVersion.V4,
                        Optional.empty());
        assertEquals(
                Optional.of(new AgentRequest.Reserve(0, kept, java.time.Duration.ofMinutes(1))),
                RequestReader.read(
                        read("01 11 0010 00000003 000a 0004 61 11 0002 0007 0004 0000003c")
                                .orElseThrow()));
    }

    // Written down from memory, our replies had a version beside the capabilities, named a deleted
    // rule by PLC, put the inside address first and padded the owner. RFC 4540 §5 has them so:
    @Test
    void repliesAsTheWireHasIt() {
        var can = new Capabilities(false, true, true, true, java.time.Duration.ofMinutes(5), 4);
        wire(
                "0201000c00000001 00040008 806f0000 0000012c",
                hex(new Answer.Established(can), Code.SE));
        wire(
                "0322000800000001 00010004 03000000",
                hex(new Answer.Failed(Failure.VERSION_MISMATCH, ""), Code.SE));
        var minute = java.time.Duration.ofMinutes(1);
        wire("0215000800000001 00070004 0000003c", hex(new Answer.Granted(minute), Code.PLC));
        wire("0216000000000001", hex(new Answer.Granted(java.time.Duration.ZERO), Code.PLC));
        var open = rule(new Rule.Action.Open(terms(), List.of()));
        var ids = "00050004 00000005 00060004 00000006 ";
        var life = "00070004 0000003c ";
        var end = "01 20 11 %s 1770 0001 0a010001";
        var out = "0009000c " + end.formatted("02") + " ";
        var in = "0009000c 01 20 11 01 1f40 0001 cb007109 ";
        wire(
                "0212003800000001 " + ids + life + out + in,
                hex(new Answer.Enabled(open, minute), Code.PER));
        wire(
                "0223006a00000001 "
                        + ids
                        + "000b0004 03010000 "
                        + "0009000c "
                        + end.formatted("00")
                        + in
                        + out
                        + "0009000c 01 20 11 03 1f40 0001 cb007109 "
                        + life
                        + "00080006 612e74657374",
                hex(new Answer.Status(open, minute), Code.PRS));
    }

    @Test
    void aPureFirewallReservesProtocolsOnly() {
        var wanted =
                new Reservation(
                        Reservation.Service.TRADITIONAL,
                        Optional.empty(),
                        Terms.Protocol.UDP,
                        1,
                        Reservation.Parity.ANY,
                        Reservation.IpVersion.V6,
                        Optional.empty());
        var kept = rule(new Rule.Action.Keep(wanted));
        var minute = java.time.Duration.ofMinutes(1);
        var body = "00050004 00000005 00060004 00000006 00070004 0000003c 00090004 12 00 11 02";
        wire(
                "0211002000000001 " + body,
                hex(
                        new Answer.Reserved(kept, Optional.empty(), Optional.empty(), minute),
                        Code.PRR));
        wire(
                "0221002a00000001 " + body + " 00080006 612e74657374",
                hex(new Answer.Status(kept, minute), Code.PRS));
    }

    @Test
    void tellsOfAGroupRuleByRule() {
        var event = new Notification.GroupEvent(6, List.of(1L, 2L), java.time.Duration.ZERO);
        var numbers = new AtomicLong();
        assertEquals(
                List.of(
                        "04030010000000010005000400000001" + "0007000400000000",
                        "04030010000000020005000400000002" + "0007000400000000"),
                AnswerWriter.write(event, numbers::incrementAndGet).stream()
                        .map(f -> HEX.formatHex(f.octets()))
                        .toList());
    }

    private static Rule rule(Rule.Action action) {
        return new Rule(5, 6, "a.test", action, Instant.EPOCH);
    }

    private static Terms terms() {
        return new Terms(
                Terms.Protocol.UDP,
                Terms.Direction.INBOUND,
                new Endpoint(InetAddress.ofLiteral("10.1.0.1"), 6000),
                new Endpoint(InetAddress.ofLiteral("203.0.113.9"), 8000),
                1,
                true,
                Optional.empty());
    }

    /// The blanks are for the reader.
    private static void wire(String expected, String actual) {
        assertEquals(expected.replace(" ", ""), actual);
    }

    private static String hex(Answer answer, int sub) {
        return HEX.formatHex(AnswerWriter.write(answer, sub, 1).octets());
    }

    @ParameterizedTest
    @CsvSource({
        "TOO_LONG, 01 22 0404 00000001",
        "CUT_OFF, 01 22 0008 00000001 00050004",
        "CUT_OFF, 01 22 00",
        "CUT_OFF, 01 22 0003 00000001 6162",
        "ATTRIBUTE_LENGTH, 01 22 0003 00000001 616263",
        "ATTRIBUTE_LENGTH, 01 21 0004 00000001 0005 0060",
        "ATTRIBUTE_LENGTH, 01 21 000c 00000001 0005 0008 0000000500000005",
        "UNKNOWN_ATTRIBUTE, 01 21 0008 00000001 0099 0004 00000005",
        "MISSING_ATTRIBUTE, 01 21 0000 00000001",
        "REPEATED_ATTRIBUTE, 01 15 0010 00000001 0007 0004 00000005 0007 0004 00000005",
        "UNEXPECTED_ATTRIBUTE, 01 21 0010 00000001 0005 0004 00000005 0006 0004 00000005",
        "REPEATED_ATTRIBUTE, 01 21 0010 00000001 0005 0004 00000005 0005 0004 00000005",
        "NO_SUCH_PROTOCOL, 01 11 0010 00000003 000a 0004 61 84 0002 0007 0004 0000003c",
        "BAD_VALUE, 01 11 0010 00000003 000a 0004 21 11 0002 0007 0004 0000003c",
        "BAD_VALUE, 01 12 0008 00000001 0009 0004 03 20 11 00",
        "BAD_VALUE, 01 12 0010 00000001 0009 000c 01 21 11 00 1770 0001 0a000001",
        "BAD_VALUE, 01 12 0008 00000001 0009 0004 11 20 11 04"
    })
    void saysWhatIsWrong(BadFrame.Kind kind, String hex) {
        assertEquals(kind, bad(hex));
    }

    @ParameterizedTest
    @CsvSource({
        // inside and outside for internal and external; TCP and UDP; two ports and one; a wildcard
        // in both directions
        "01, 01 20 11 01 1770 0001 0a000001, 01 20 11 03 1770 0001 cb007109",
        "01, 01 20 11 00 1770 0001 0a000001, 01 20 11 02 1770 0001 cb007109",
        "01, 01 20 06 00 1770 0001 0a000001, 01 20 11 03 1770 0001 cb007109",
        "01, 01 20 11 00 1770 0002 0a000001, 01 20 11 03 1770 0001 cb007109",
        "03, 01 20 11 00 1770 0001 0a000001, 01 20 11 03 0000 0001 cb007109",
        "03, 01 20 11 00 1770 0001 0a000001, 01 00 11 03 1770 0001 cb007109"
    })
    void callsARequestInconsistent(String direction, String internal, String external) {
        assertEquals(
                BadFrame.Kind.INCONSISTENT,
                bad(
                        "01 12 0030 00000001 000b 0004 00 %s 0000 0009 000c %s 0009 000c %s"
                                        .formatted(direction, internal, external)
                                + " 0007 0004 0000003c"));
    }

    @Test
    void protocolsOnlyStandsForAnyone() throws Exception {
        var request =
                RequestReader.read(
                        read("01 12 0028 00000001 000b 0004 00 01 0000 0009 000c"
                                        + " 01 20 11 00 1770 0001 0a000001"
                                        + " 0009 0004 11 00 11 03 0007 0004 0000003c")
                                .orElseThrow());
        var enable = (AgentRequest.Enable) request.orElseThrow();
        assertEquals(
                new Endpoint(InetAddress.ofLiteral("0.0.0.0"), 0, 0), enable.terms().external());
    }

    // An IPv4 address written as IPv6 changed its family on the way, and with it the rules that it
    // was looked at by.
    @Test
    void refusesIpv4InTheClothesOfIpv6() {
        assertEquals(
                BadFrame.Kind.BAD_VALUE,
                bad(
                        "01 12 001c 00000001 0009 0018 02 80 11 00 1770 0001"
                                + " 00000000000000000000ffff0a000001"));
    }

    @Test
    void takesAnyOctetsWithoutAFaultOfItsOwn() {
        var random = new Random(4540);
        for (int i = 0; i < 200_000; i++) {
            var payload = new byte[random.nextInt(48)];
            random.nextBytes(payload);
            if (payload.length > 4) {
                payload[0] = 0;
                payload[1] = (byte) (1 + random.nextInt(11));
                payload[2] = 0;
                payload[3] = (byte) random.nextInt(payload.length);
            }
            var sub =
                    List.of(1, 3, 0x11, 0x12, 0x13, 0x14, 0x15, 0x21, 0x22).get(random.nextInt(9));
            try {
                assertNotNull(RequestReader.read(new Frame(1, sub, i, ByteBuffer.wrap(payload))));
            } catch (BadFrame e) {
                assertTrue(!e.fatal());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Failure.class)
    void hasANumberForEachReason(Failure failure) {
        var number = AnswerWriter.number(failure, Code.PER);
        assertTrue(number >= 0x11 && number <= 0x58, failure + " has " + number);
    }
}
