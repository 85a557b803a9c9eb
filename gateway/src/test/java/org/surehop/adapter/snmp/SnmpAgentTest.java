package org.surehop.adapter.snmp;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snmp4j.security.AuthMD5;
import org.snmp4j.security.AuthSHA;
import org.snmp4j.security.Priv3DES;
import org.snmp4j.security.PrivDES;
import org.snmp4j.security.SecurityProtocols;
import org.surehop.core.config.Snmp;
import org.surehop.core.gateway.Snapshot;
import org.surehop.core.gateway.Status;
import org.surehop.core.report.CallKey;
import org.surehop.core.report.JournalEntry;
import org.surehop.core.report.Notice;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.PartHealth;
import org.surehop.core.report.Reason;
import org.surehop.core.report.Severity;
import org.surehop.core.sip.CallId;
import org.surehop.core.sip.Leg;
import org.surehop.core.sip.Method;

class SnmpAgentTest {
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    @TempDir Path directory;

    @Test
    void walksTheWholeMibByName() throws Exception {
        NetSnmp.needs("snmpwalk");
        var port = NetSnmp.freePort();
        try (var agent = open(NetSnmp.config(port, directory.resolve("s"), List.of()))) {
            var walk = NetSnmp.run(directory, "snmpwalk", port, "surehop");
            assertEquals(0, walk.exit(), walk.output());
            for (var line : EXPECTED.strip().lines().toList()) {
                assertTrue(walk.output().contains(line), line + "\nnot in\n" + walk.output());
            }
            assertFalse(walk.output().contains("32473"), "every name is known");
            var bulk = NetSnmp.run(directory, "snmpbulkwalk", port, "surehop");
            assertEquals(walk.output(), bulk.output());
            assertEquals(PartHealth.State.UP, agent.health().state());
            // A receiver of traps must be told the engine, and nothing named it.
            var engine = SnmpEngine.engineId("gw-1").toHexString().replace(":", "");
            assertTrue(agent.health().phrase().endsWith("engine 0x" + engine));
        }
    }

    private static final String EXPECTED =
            """
            SUREHOP-MIB::surehopId.0 = STRING: gw-1
            SUREHOP-MIB::surehopName.0 = STRING: gw.example.net
            SUREHOP-MIB::surehopBootTime.0 = STRING: 2026-3-1,12:0:0.0,+0:0
            SUREHOP-MIB::surehopState.0 = INTEGER: down(3)
            SUREHOP-MIB::surehopPartState.mqtt = INTEGER: down(3)
            SUREHOP-MIB::surehopPartPhrase.mqtt = STRING: no broker
            SUREHOP-MIB::surehopActiveCalls.0 = Gauge32: 2 calls
            SUREHOP-MIB::surehopEnabledFlows.0 = Gauge32: 8 flows
            SUREHOP-MIB::surehopVerdictCalls.assured = Counter64: 41
            SUREHOP-MIB::surehopVerdictCalls.outOfScope = Counter64: 1
            SUREHOP-MIB::surehopReasonName.silentHop = STRING: silent-hop
            SUREHOP-MIB::surehopReasonDecisions.silentHop = Counter64: 3
            SUREHOP-MIB::surehopNoticeEvents.pinholeOpen = Counter64: 5
            SUREHOP-MIB::surehopCounterValue.'tls.handshakes' = Counter64: 9
            SUREHOP-MIB::surehopDecisionVerdict.77 = INTEGER: mismatch(3)
            SUREHOP-MIB::surehopDecisionCallId.77 = STRING: a\\u001b[2J"b@example.net
            SUREHOP-MIB::surehopDecisionDetail.77 = STRING: verdict=MISMATCH; hop=p.example.net
            """;

    @Test
    void answersTheSystemGroup() throws Exception {
        NetSnmp.needs("snmpget");
        var port = NetSnmp.freePort();
        try (var agent = open(NetSnmp.config(port, directory.resolve("s"), List.of()))) {
            var get =
                    NetSnmp.run(
                            directory,
                            "snmpget",
                            port,
                            "-m",
                            "SNMPv2-MIB",
                            "SNMPv2-MIB::sysName.0",
                            "SNMPv2-MIB::sysObjectID.0");
            assertTrue(get.output().contains("sysName.0 = STRING: gw.example.net"), get.output());
            assertEquals(1, boots(directory.resolve("s")));
            assertTrue(agent.sinks().isEmpty());
        }
    }

    @Test
    void nothingCanBeWrittenAndNothingWeakerIsAnswered() throws Exception {
        NetSnmp.needs("snmpset");
        var port = NetSnmp.freePort();
        try (var agent = open(NetSnmp.config(port, directory.resolve("s"), List.of()))) {
            var set = NetSnmp.run(directory, "snmpset", port, "surehopId.0", "s", "evil");
            assertTrue(set.exit() != 0 && set.output().contains("noAccess"), set.output());
            var hosts = "127.0.0.1:" + port;
            for (var weak :
                    List.of(
                            List.of("-v1", "-c", "public"),
                            List.of("-v2c", "-c", "public"),
                            List.of("-v3", "-l", "noAuthNoPriv", "-u", "noc"),
                            List.of(
                                    "-v3",
                                    "-l",
                                    "authNoPriv",
                                    "-u",
                                    "noc",
                                    "-a",
                                    "SHA-256",
                                    "-A",
                                    NetSnmp.AUTH),
                            List.of(
                                    "-v3",
                                    "-l",
                                    "authPriv",
                                    "-u",
                                    "noc",
                                    "-a",
                                    "SHA",
                                    "-A",
                                    NetSnmp.AUTH,
                                    "-x",
                                    "AES",
                                    "-X",
                                    NetSnmp.PRIV))) {
                var line = new ArrayList<>(List.of("snmpget", "-t", "0.5", "-r", "0"));
                line.addAll(weak);
                line.addAll(List.of(hosts, "1.3.6.1.2.1.1.1.0"));
                var got = NetSnmp.run(directory, line);
                assertTrue(got.exit() != 0, got.output());
                assertFalse(got.output().contains("Surehop"), got.output());
            }
            assertEquals(PartHealth.State.UP, agent.health().state());
        }
    }

    /// SNMP4J takes its AES salt from `SHA1PRNG` and, where no provider has that (BC FIPS alone),
    /// from `java.util.Random`, with a line in the log that nobody reads. And its default registry
    /// offers MD5 and DES. Neither may come back with an update.
    @Test
    void saltIsOurOwnAndNoOldProtocolIsOffered() {
        assertTrue(new AesPrivacy().hasOwnSalt());
        var first = new SaltSource().getNext();
        assertTrue(first != new SaltSource().getNext(), "two starts, two salts");
        SecurityProtocols protocols = SnmpEngine.protocols();
        var weak = List.of(AuthMD5.ID, AuthSHA.ID, PrivDES.ID, Priv3DES.ID);
        for (var id : weak) {
            assertEquals(null, protocols.getSecurityProtocol(id), id.toString());
        }
    }

    @Test
    void engineBootsGrowWithEveryStart() throws Exception {
        var state = directory.resolve("s");
        for (int start = 1; start <= 3; start++) {
            open(NetSnmp.config(NetSnmp.freePort(), state, List.of())).close();
            assertEquals(start, boots(state));
        }
        Files.writeString(state.resolve("engine-boots"), "many");
        var fault = assertThrows(SnmpFault.class, () -> EngineBoots.next(state));
        assertEquals(SnmpFault.Kind.STATE, fault.kind());
        Files.writeString(state.resolve("engine-boots"), "2147483647");
        assertEquals(Integer.MAX_VALUE, EngineBoots.next(state), "RFC 3414: it stays there");
    }

    @Test
    void faultsAtStartNameKeyAndExpectation() throws Exception {
        var port = NetSnmp.freePort();
        var config = NetSnmp.config(port, directory.resolve("s"), List.of());
        try (var taken = new DatagramSocket(port, InetAddress.ofLiteral("127.0.0.1"))) {
            var fault = assertThrows(SnmpFault.class, () -> open(config));
            assertEquals(SnmpFault.Kind.PORT, fault.kind());
            assertEquals(port, taken.getLocalPort());
            assertTrue(fault.getMessage().startsWith("snmp.port: UDP 127.0.0.1 port " + port));
        }
        var box = box();
        var unread =
                assertThrows(
                        SnmpFault.class,
                        () -> SnmpAgent.open(config, box, r -> Optional.empty(), this::status));
        assertEquals(
                "snmp.users[noc].auth-passphrase: env:AUTH cannot be read:"
                        + " name a readable secret.",
                unread.getMessage());
        var brief =
                assertThrows(
                        SnmpFault.class,
                        () ->
                                SnmpAgent.open(
                                        config, box, r -> Optional.of("1234567"), this::status));
        assertEquals(SnmpFault.Kind.PASSPHRASE_SHORT, brief.kind());
        assertFalse(brief.getMessage().contains("1234567"));
        var receiver = new Snmp.Receiver("noc", "127.0.0.1", 162, "nobody", true);
        var stray = NetSnmp.config(port, directory.resolve("s"), List.of(receiver));
        assertEquals(
                SnmpFault.Kind.RECEIVER, assertThrows(SnmpFault.class, () -> open(stray)).kind());
    }

    @Test
    void informsReachSnmptrapdWithEveryObjectByNameAndWaitWhileItIsDown() throws Exception {
        NetSnmp.needs("snmptrapd");
        var trapPort = NetSnmp.freePort();
        var receiver = new Snmp.Receiver("noc", "127.0.0.1", trapPort, "noc", true);
        var state = directory.resolve("s");
        var log = directory.resolve("traps.log");
        try (var agent = open(NetSnmp.config(NetSnmp.freePort(), state, List.of(receiver)))) {
            var sink = agent.sinks().getFirst();
            assertEquals("snmp:noc", sink.name());
            assertEquals(0, sink.deliver(List.of(decision(77), decision(78))));
            assertEquals(PartHealth.State.DEGRADED, agent.health().state());
            var trapd = trapd(trapPort, log, "");
            try {
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> sink.deliver(List.of(decision(77), decision(78))) == 2);
                var entries = new ArrayList<JournalEntry>();
                for (var kind : NoticeKind.values()) {
                    entries.add(new JournalEntry(100 + kind.number(), "boot-9", bare(kind)));
                }
                assertEquals(entries.size(), sink.deliver(entries));
                await().until(() -> Files.readString(log).contains("surehopEventSeq.0 = 199"));
            } finally {
                trapd.destroy();
                trapd.waitFor();
            }
            assertEquals(PartHealth.State.UP, agent.health().state());
        }
        var text = Files.readString(log);
        for (var expected :
                List.of(
                        "snmpTrapOID.0 = surehopCallNotAssured",
                        "snmpTrapOID.0 = surehopCallRefused",
                        "snmpTrapOID.0 = surehopPinholeOpened",
                        "snmpTrapOID.0 = surehopPinholeClosed",
                        "snmpTrapOID.0 = surehopGeneralEvent",
                        "surehopEventSeq.0 = 77",
                        "surehopEventTime.0 = 2026-3-1,12:0:0.0,+0:0",
                        "surehopEventKind.0 = e2eSecVerdict",
                        "surehopEventSeverity.0 = major",
                        "surehopEventCSeq.0 = 314",
                        "surehopEventMethod.0 = INVITE",
                        "surehopEventLeg.0 = a",
                        "surehopEventVerdict.0 = mismatch",
                        "surehopEventReason.0 = silentHop",
                        "surehopEventGateway.0 = gw-1",
                        "surehopEventBootId.0 = boot-1")) {
            assertTrue(text.contains(expected), expected + "\nnot in\n" + text);
        }
        assertFalse(text.contains("32473"), "every name is known");
        assertTrue(text.indexOf("Seq.0 = 77") < text.indexOf("Seq.0 = 78"));
    }

    @Test
    void trapReachesSnmptrapdThatKnowsTheEngine() throws Exception {
        NetSnmp.needs("snmptrapd");
        var trapPort = NetSnmp.freePort();
        var receiver = new Snmp.Receiver("noc", "127.0.0.1", trapPort, "noc", false);
        var log = directory.resolve("traps.log");
        var engine = SnmpEngine.engineId("gw-1").toHexString().replace(":", "");
        var trapd = trapd(trapPort, log, "-e 0x" + engine + " ");
        try (var agent =
                open(
                        NetSnmp.config(
                                NetSnmp.freePort(), directory.resolve("s"), List.of(receiver)))) {
            var sink = agent.sinks().getFirst();
            await().atMost(Duration.ofSeconds(20))
                    .until(
                            () -> {
                                assertEquals(1, sink.deliver(List.of(decision(77))));
                                return Files.readString(log).contains("surehopEventSeq.0 = 77");
                            });
        } finally {
            trapd.destroy();
            trapd.waitFor();
        }
    }

    private Process trapd(int port, Path log, String engine) throws Exception {
        var conf = directory.resolve("snmptrapd.conf");
        Files.writeString(
                conf,
                "createUser %snoc SHA-256 \"%s\" AES \"%s\"\nauthUser log noc priv\n"
                        .formatted(engine, NetSnmp.AUTH, NetSnmp.PRIV));
        Files.createFile(log);
        var builder =
                new ProcessBuilder(
                        "snmptrapd",
                        "-f",
                        "-C",
                        "-c",
                        conf.toString(),
                        "-M",
                        NetSnmp.MIBS.toString(),
                        "-m",
                        "SUREHOP-MIB:SNMPv2-MIB",
                        "-O",
                        "sQ",
                        "-Lf",
                        log.toString(),
                        "--pidFile=" + directory.resolve("trapd.pid"),
                        "udp:127.0.0.1:" + port);
        builder.environment().put("SNMP_PERSISTENT_DIR", directory.toString());
        builder.environment().put("SNMPCONFPATH", directory.toString());
        return builder.redirectErrorStream(true)
                .redirectOutput(directory.resolve("trapd.out").toFile())
                .start();
    }

    private SnmpAgent open(Snmp config) throws SnmpFault {
        return SnmpAgent.open(config, box(), NetSnmp.secrets(), this::status);
    }

    private static int boots(Path state) throws Exception {
        return Integer.parseInt(Files.readString(state.resolve("engine-boots")).strip());
    }

    private static Status.Box box() {
        return new Status.Box("gw-1", "gw.example.net", "0.1.0", "boot-1");
    }

    private Status status() {
        var snapshot =
                new Snapshot(
                        START,
                        START.plusSeconds(60),
                        2,
                        5,
                        8,
                        Map.of("tls.handshakes", 9L),
                        Map.of("ASSURED", 41L, "OUT_OF_SCOPE", 1L),
                        Map.of(Reason.SILENT_HOP, 3L),
                        List.of());
        return new Status(
                box(),
                snapshot,
                List.of(
                        new PartHealth(PartHealth.Part.SIP, PartHealth.State.UP, "listens"),
                        new PartHealth(PartHealth.Part.MQTT, PartHealth.State.DOWN, "no broker"),
                        new PartHealth(PartHealth.Part.CMS, PartHealth.State.OFF, "off")),
                Map.of(NoticeKind.PINHOLE_OPEN, 5L),
                List.of(decision(77), decision(78)));
    }

    private static JournalEntry decision(long seq) {
        var details = new LinkedHashMap<String, String>();
        details.put("verdict", "MISMATCH");
        details.put("hop", "p.example.net");
        var call =
                new CallKey(
                        new CallId("a\u001b[2J\"b@example.net"), "tag", 314, new Method("INVITE"));
        var notice =
                new Notice(
                        START,
                        NoticeKind.VERDICT,
                        Severity.MAJOR,
                        Optional.of(call),
                        Optional.of(Leg.A),
                        Reason.SILENT_HOP,
                        details);
        return new JournalEntry(seq, "boot-1", notice);
    }

    private static Notice bare(NoticeKind kind) {
        return new Notice(
                START,
                kind,
                Severity.INFO,
                Optional.empty(),
                Optional.empty(),
                Reason.NONE,
                Map.of());
    }
}
