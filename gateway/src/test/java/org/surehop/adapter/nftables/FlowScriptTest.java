package org.surehop.adapter.nftables;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.surehop.core.pinhole.FlowCounter;
import org.surehop.core.pinhole.GroupId;
import org.surehop.core.sdp.Flow;
import org.surehop.core.sdp.Flow.Transport;
import org.surehop.testing.GoldenFile;

class FlowScriptTest {
    private static final Flow FOUR = flow("192.0.2.1", 0, "10.0.0.1", 4000);
    private static final Flow SIX = flow("2001:db8::1", 77, "2001:db8:1::1", 4000);
    private static final Flow ANYONE = flow("0.0.0.0", 0, "10.0.0.1", 4000);
    private static final Flow ANYONE_PORT =
            new Flow(
                    Transport.TCP,
                    InetAddress.ofLiteral("::"),
                    77,
                    InetAddress.ofLiteral("2001:db8:1::1"),
                    4000);
    private static final GroupId GROUP = new GroupId(7);

    @Test
    void rendersTheTableAsTheGoldenFileSays() throws FirewallUnavailable {
        var config = NftablesAdapterTest.config("10.0.0.0/8", "192.168.0.0/16", "2001:db8:1::/48");
        var rendered = new FlowScript("surehop").create(config);
        GoldenFile.assertMatches("table.nft", rendered);
    }

    @Test
    void rendersElementsFromTypedValues() throws FirewallUnavailable {
        var script = new FlowScript("surehop");
        assertEquals(
                "add element inet surehop flows4"
                        + " { 192.0.2.1 . 10.0.0.1 . udp . 4000 timeout 180s expires 180s"
                        + " comment \"group 7\" }\n",
                script.add(FOUR, Duration.ofSeconds(180), GROUP));
        assertEquals(
                "add element inet surehop exact6 { 2001:db8:0:0:0:0:0:1 . 2001:db8:1:0:0:0:0:1"
                        + " . udp . 4000 . 77 timeout 1s expires 1s comment \"group 7\" }\n",
                script.add(SIX, Duration.ofMillis(1), GROUP));
        assertEquals(
                "get element inet surehop anyone4 { 10.0.0.1 . udp . 4000 }\n", script.get(ANYONE));
        assertEquals(
                "get element inet surehop anyone_port6"
                        + " { 2001:db8:1:0:0:0:0:1 . tcp . 4000 . 77 }\n",
                script.get(ANYONE_PORT));
        assertTrue(script.remove(FOUR).contains("delete element inet surehop flows4 {"));
    }

    /// A refresh repeated the timeout that the element had, and Linux 6.12 and newer take that for
    /// no change: media stopped after one lifetime. Only `expires` moves the end.
    @Test
    void movesTheEndWithTheSameTimeout() throws FirewallUnavailable {
        var script = new FlowScript("surehop");
        var probe = String.join("", script.refreshProbe());
        assertTrue(
                script.add(FOUR, Duration.ofSeconds(6), GROUP).contains("timeout 6s expires 6s"));
        assertTrue(probe.contains("timeout 100s expires 30s"));
        assertTrue(probe.contains("timeout 100s expires 100s"));
        assertTrue(FlowScript.refreshes("elements = { 1 timeout 1m40s expires 1m39s996ms }"));
        assertFalse(FlowScript.refreshes("elements = { 1 timeout 1m40s expires 29s996ms }"));
    }

    @Test
    void neverMakesAnElementThatStaysForEver() throws FirewallUnavailable {
        var script = new FlowScript("surehop");
        assertTrue(script.add(FOUR, Duration.ZERO, GROUP).contains("timeout 1s"));
    }

    @Test
    void readsWhatTheKernelPrints() {
        var printed =
                """
                elements = { 192.0.2.1 . 10.0.0.1 . udp . 4000 counter packets 5 bytes 300\
                 timeout 1m40s expires 1m39s996ms,
                   2001:db8::1 . 2001:db8:1::1 . udp . 4000 . 77 counter packets 1 bytes 60\
                 timeout 1m40s expires 9s }
                """;
        assertEquals(
                List.of(new FlowCounter(FOUR, 5, 300), new FlowCounter(SIX, 1, 60)),
                FlowScript.read(printed));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "x; flush ruleset", "Surehop", "1a", "x{", "a\nb"})
    void refusesATableNameThatIsMoreThanAName(String name) {
        var fault = assertThrows(FirewallUnavailable.class, () -> new FlowScript(name));
        assertTrue(String.valueOf(fault.getMessage()).startsWith("pinholes.table:"));
    }

    static Flow flow(String from, int sourcePort, String to, int port) {
        return new Flow(
                Transport.UDP,
                InetAddress.ofLiteral(from),
                sourcePort,
                InetAddress.ofLiteral(to),
                port);
    }
}
