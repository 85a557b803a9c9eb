package org.surehop.core.assurance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.surehop.core.sip.Hop;
import org.surehop.core.sip.Via;

class HopRecordTest {

    @Test
    void readsTheExampleOfTheDraft() {
        var row =
                "server1.atlanta.example.com,\r\n server10.atlanta.example.com,\r\n"
                        + " bigbox3.biloxi.example.com";
        assertEquals(
                Optional.of(
                        hopRecord(
                                "server1.atlanta.example.com",
                                "server10.atlanta.example.com",
                                "bigbox3.biloxi.example.com")),
                HopRecord.parse(List.of(row)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "P1.Example.COM | p1.example.com | 0",
                "p1.example.com:5061 | p1.example.com | 0",
                "p1.example.com:5071 | p1.example.com | 5071",
                "p1.example.com : 5071 | p1.example.com | 5071",
                "192.0.2.7 | 192.0.2.7 | 0",
                "[2001:DB8::9] | [2001:db8:0:0:0:0:0:9] | 0",
                "[2001:db8:0::9]:5061 | [2001:db8:0:0:0:0:0:9] | 0",
                "sip:p1.example.com | p1.example.com | 0",
                "SIPS:p1.example.com:5071 | p1.example.com | 5071",
                "sip:user@p1.example.com;lr | p1.example.com | 0",
                "<sip:p1.example.com;lr> | p1.example.com | 0",
                "<sip:a;b?c@p1.example.com:5071;transport=tls?x=y>;p=q | p1.example.com | 5071",
                "Edge One <sips:[2001:db8::1]:5062>;a | [2001:db8:0:0:0:0:0:1] | 5062",
                "\"a, <b> \\\" c\" <sip:p1.example.com>;d=\"e;,f\" | p1.example.com | 0",
                "p1.example.com;a=b ; c | p1.example.com | 0",
                "p1.example.com. | p1.example.com. | 0",
                "p_1.example.com | p_1.example.com | 0",
            })
    void readsEveryFormOfAnEntry(String text, String host, int port) {
        assertEquals(
                Optional.of(new HopRecord(Set.of(new Hop(host, port)))),
                HopRecord.parse(List.of(text)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ",",
                "a,",
                ",a",
                "a,,b",
                "a b",
                "-a",
                "a..b",
                ":5061",
                "a:",
                "a:0",
                "a:65536",
                "a:99999999999",
                "a:+1",
                "[::1",
                "::1",
                "[::1]x",
                "[::g]",
                "[1.2.3.4]",
                "[]",
                "[fe80::1%eth0]",
                "<sip:a",
                "sip:a>",
                "<>",
                "<a>",
                "tel:+1234",
                "<http://a/>",
                "sip:",
                "sip:u@",
                "sip:a?x=y",
                "\"x",
                "\"x\"",
                "\"x\" sip:a",
                "x@y <sip:a>",
                "a;",
                "a;=b",
                "a;b=",
                "a;b c",
                "a;b=\"",
                "<sip:a>b",
                "<sip:a> <sip:b>",
                "<sip:a b>",
                "\\",
                "\"\\",
                "ä.example.com",
                "<sip:ä>",
                "a/b",
                "a%41",
            })
    void refusesWhatIsNoHopRecord(String text) {
        assertEquals(Optional.empty(), HopRecord.parse(List.of(text)));
        assertEquals(Optional.empty(), HopRecord.parse(List.of("good.example.com", text)));
    }

    @Test
    void blankRowsAreTheEmptyRecord() {
        assertEquals(Optional.of(hopRecord()), HopRecord.parse(List.of("")));
        assertEquals(Optional.of(hopRecord()), HopRecord.parse(List.of(" ", "\t")));
        assertEquals(Optional.of(hopRecord()), HopRecord.parse(List.of()));
    }

    @Test
    void duplicatesOfASpiralCollapse() {
        assertEquals(
                Optional.of(hopRecord("a", "b")),
                HopRecord.parse(List.of("a, b:5061", "A:5061, sip:b")));
    }

    @Test
    void takesSeventyEntriesAndNotOneMore() {
        var seventy =
                IntStream.range(0, 70).mapToObj(i -> "h" + i).collect(Collectors.joining(","));
        assertEquals(70, HopRecord.parse(List.of(seventy)).orElseThrow().hops().size());
        assertEquals(Optional.empty(), HopRecord.parse(List.of(seventy + ",h70")));
        assertEquals(Optional.empty(), HopRecord.parse(List.of(seventy, "h0")));
        assertEquals(Optional.empty(), HopRecord.parse(Collections.nCopies(71, "same")));
    }

    @Test
    void hostileLengthCostsNoTime() {
        for (var bad : List.of("\"", "a", "a.", ";", "<", "a;b=\"\\", "[", "-", "a ")) {
            assertTimeoutPreemptively(
                    Duration.ofSeconds(5), () -> HopRecord.parse(List.of(bad.repeat(60_000))), bad);
        }
    }

    @Test
    void whatIsRenderedIsReadBackTheSame() {
        var random = new SplittableRandom(20_260_101);
        for (int round = 0; round < 2_000; round++) {
            var hops = new LinkedHashSet<Hop>();
            int size = random.nextInt(0, 71);
            for (int i = 0; i < size; i++) {
                hops.add(randomHop(random));
            }
            var before = new HopRecord(hops);
            assertEquals(Optional.of(before), HopRecord.parse(List.of(before.render())));
        }
    }

    @Test
    void randomTextNeverThrows() {
        var random = new SplittableRandom(7);
        var alphabet = "ab1.-:[]<>\"\\;,=@? \tsip:%ä";
        for (int round = 0; round < 50_000; round++) {
            var text = new StringBuilder();
            int size = random.nextInt(24);
            for (int i = 0; i < size; i++) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            HopRecord.parse(List.of(text.toString()))
                    .ifPresent(
                            it ->
                                    assertEquals(
                                            Optional.of(it),
                                            HopRecord.parse(List.of(it.render())),
                                            text::toString));
        }
    }

    @Test
    void leavesOutTheBottomViaWhichIsTheCallersOwn() {
        var vias =
                List.of(
                        Via.tls("bigbox3.biloxi.example.com", 5071, "z9hG4bK3"),
                        Via.tls("server10.atlanta.example.com", 5061, "z9hG4bK2"),
                        Via.tls("pc33.atlanta.example.com", 0, "z9hG4bK1"));
        assertEquals(
                "server10.atlanta.example.com, bigbox3.biloxi.example.com:5071",
                HopRecord.of(vias).render());
        assertEquals(hopRecord(), HopRecord.of(vias.subList(2, 3)));
        assertEquals(hopRecord(), HopRecord.of(List.of()));
    }

    @Test
    void mergesBothSidesOfTheGateway() {
        var ingress = List.of(Via.tls("p1", 0, "z9hG4bK2"), Via.tls("uac", 0, "z9hG4bK1"));
        var egress = HopRecord.parse(List.of("p2, p3")).orElseThrow();
        assertEquals("p1, gw, p2, p3", egress.merged(ingress, Hop.of("gw", 5061)).render());
    }

    private static HopRecord hopRecord(String... hosts) {
        return new HopRecord(
                Arrays.stream(hosts)
                        .map(host -> Hop.of(host, 5061))
                        .collect(Collectors.toCollection(LinkedHashSet::new)));
    }

    private static Hop randomHop(SplittableRandom random) {
        var host =
                switch (random.nextInt(3)) {
                    case 0 -> "h" + random.nextInt(500) + ".example.com";
                    case 1 -> "192.0.2." + random.nextInt(256);
                    default -> "[2001:db8::" + Integer.toHexString(random.nextInt(65_536)) + "]";
                };
        return Hop.of(host, random.nextBoolean() ? 5061 : random.nextInt(1, 65_536));
    }
}
