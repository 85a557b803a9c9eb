package org.surehop.adapter.nftables;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// The driver against the real kernel, in a network namespace of its own; not run without root.
class NftablesFirewallTest {
    @Test
    void appliesRefreshesRefusesWholeAndCloses() throws Exception {
        assumeTrue(
                "root".equals(System.getProperty("user.name"))
                        && Files.exists(Path.of("/usr/bin/unshare")),
                "needs root and unshare for a network namespace");
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var process =
                new ProcessBuilder(
                                "unshare",
                                "--net",
                                java,
                                "-Xmx64m",
                                "-XX:TieredStopAtLevel=1",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                PinholeDriver.class.getName(),
                                "2",
                                "10.0.0.0/8")
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        var said =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        assertEquals("ready", said.readLine());
        var many = List.of(1, 2, 3, 4, 5).stream().map(n -> "+" + flow(5000 + n)).toList();
        var talk =
                List.of(
                        "1 60 +" + flow(4000) + " +udp,2001:db8::1,0,2001:db8:1::1,4000",
                        "2 60 +" + flow(4000),
                        "3 60 " + String.join(" ", many),
                        "4 0 -" + flow(4000) + " -" + flow(5001));
        var answers =
                List.of(
                        "applied 1",
                        "applied 2",
                        "failed 3 LACK_OF_RESOURCES",
                        "applied 4 0/0 0/0");
        try (var writer = process.outputWriter(StandardCharsets.UTF_8)) {
            for (int i = 0; i < talk.size(); i++) {
                writer.write(talk.get(i) + "\n");
                writer.flush();
                assertEquals(answers.get(i), said.readLine());
            }
        }
        process.waitFor(20, TimeUnit.SECONDS);
        assertEquals(0, process.exitValue());
    }

    private static String flow(int port) {
        return "udp,192.0.2.1,0,10.0.0.1," + port;
    }
}
