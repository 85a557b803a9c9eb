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
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.surehop.core.pinhole.middlebox.AgentRequest;
import org.surehop.core.pinhole.middlebox.Failure;

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
                                Attribute.Place.EXTERNAL, 17, Optional.of(v6), 128, 65_535, 2),
                        new Attribute.Tuple(Attribute.Place.INTERNAL, 6, Optional.empty(), 0, 0, 1),
                        new Attribute.ReserveSet(2, 1, 1, 2),
                        new Attribute.EnableSet(3, 2));
        var octets = Frame.of(Code.REQUEST, Code.PER, 0xFFFF_FFFEL, all).octets();
        assertEquals(0, octets.length % 4);
        var back = read(HEX.formatHex(octets)).orElseThrow();
        assertEquals(all, back.attributes());
        assertEquals(0xFFFF_FFFEL, back.transaction());
    }

    @Test
    void readsARequestAsTheWireHasIt() throws Exception {
        // SE, version 3.0; PLC of rule 5 to 60 s; PDR of group 6.
        assertEquals(
                Optional.of(new AgentRequest.Establish(3, 0)),
                RequestReader.read(read("01 01 0008 00000001 0001 0004 03 00 0000").orElseThrow()));
        assertEquals(
                Optional.of(new AgentRequest.ChangeRule(5, java.time.Duration.ofMinutes(1))),
                RequestReader.read(
                        read("01 15 0010 00000002 0005 0004 00000005 0007 0004 0000003c")
                                .orElseThrow()));
        assertEquals(
                Optional.of(new AgentRequest.ChangeGroup(6, java.time.Duration.ZERO)),
                RequestReader.read(read("01 14 0008 00000003 0006 0004 00000006").orElseThrow()));
    }

    @ParameterizedTest
    @CsvSource({
        "TOO_LONG, 01 22 0404 00000001",
        "ODD_LENGTH, 01 22 0003 00000001 616263",
        "CUT_OFF, 01 22 0008 00000001 00050004",
        "CUT_OFF, 01 22 00",
        "ATTRIBUTE_LENGTH, 01 21 0004 00000001 0005 0060",
        "ATTRIBUTE_LENGTH, 01 21 000c 00000001 0005 0008 0000000500000005",
        "UNKNOWN_ATTRIBUTE, 01 21 0008 00000001 0099 0004 00000005",
        "MISSING_ATTRIBUTE, 01 21 0000 00000001",
        "REPEATED_ATTRIBUTE, 01 15 0010 00000001 0007 0004 00000005 0007 0004 00000005",
        "BAD_VALUE, 01 12 0008 00000001 0009 0004 03 20 11 00",
        "BAD_VALUE, 01 12 0008 00000001 0009 0004 11 21 11 00",
        "BAD_VALUE, 01 12 0008 00000001 0009 0004 11 20 11 04"
    })
    void saysWhatIsWrong(BadFrame.Kind kind, String hex) {
        assertEquals(kind, bad(hex));
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
            var payload = new byte[random.nextInt(12) * 4];
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
        assertTrue(number >= 0x20 && number <= 0x52, failure + " has " + number);
    }
}
