package org.surehop.adapter.snmp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.surehop.core.gateway.Snapshot;
import org.surehop.core.gateway.Status;

/// `surehopUpdateRequest`, written by net-snmp: only where that is configured, by that user,
/// an address; and our own agent asked as `surehop health` asks it.
class UpdateRequestTest {
    private static final String GOOD = "https://updates.example.net:8443/box/surehop-1.2.3.raucb";

    @TempDir Path directory;

    private final Orders orders = new Orders();

    private static final class Orders implements UpdateRequests {
        private final List<String> taken = new ArrayList<>();
        private final List<String> refused = new ArrayList<>();
        private boolean waiting;

        @Override
        public boolean open() {
            return true;
        }

        @Override
        public boolean take(String address) {
            return !waiting && taken.add(address);
        }

        @Override
        public void refused(String why) {
            refused.add(why);
        }
    }

    @Test
    void theNamedUserAsksForAnUpdateAndReadsWhatWasAsked() throws Exception {
        var port = NetSnmp.freePort();
        try (var _ = open(port, "noc", orders)) {
            assertEquals(0, set(port, GOOD).exit());
            assertEquals(List.of(GOOD), orders.taken);
            var get = NetSnmp.run(directory, "snmpget", port, "surehopUpdateRequest.0");
            assertTrue(get.output().contains(GOOD) || get.output().contains("\"\""), get.output());
        }
    }

    @Test
    void whatIsNoAddressOfAnUpdateIsRefusedAndTold() throws Exception {
        var port = NetSnmp.freePort();
        try (var _ = open(port, "noc", orders)) {
            for (var bad :
                    List.of(
                            "http://updates.example.net/surehop.raucb",
                            "https://updates.example.net/$(reboot).raucb",
                            "https://updates.example.net/surehop.img",
                            "https://me@updates.example.net/surehop.raucb",
                            "file:///data/surehop.raucb")) {
                var set = set(port, bad);
                assertTrue(set.output().contains("wrongValue"), set.output());
            }
            assertEquals(List.of(), orders.taken);
            assertEquals(5, orders.refused.size());
        }
    }

    @Test
    void aRequestBesideOneThatWaitsIsRefused() throws Exception {
        var port = NetSnmp.freePort();
        orders.waiting = true;
        try (var _ = open(port, "noc", orders)) {
            assertNotEquals(0, set(port, GOOD).exit());
            assertEquals(List.of(), orders.taken);
        }
    }

    @Test
    void nobodyElseAsksAndNobodyWhereItIsOff() throws Exception {
        var port = NetSnmp.freePort();
        try (var _ = open(port, "somebody", orders)) {
            var set = set(port, GOOD);
            assertTrue(set.output().contains("noAccess"), set.output());
        }
        var other = NetSnmp.freePort();
        try (var _ = open(other, "noc", UpdateRequests.NONE)) {
            var set = set(other, GOOD);
            assertTrue(set.output().contains("notWritable"), set.output());
        }
        assertEquals(List.of(), orders.taken);
    }

    @Test
    void nothingElseCanBeWrittenByThatUserEither() throws Exception {
        var port = NetSnmp.freePort();
        try (var _ = open(port, "noc", orders)) {
            var set = NetSnmp.run(directory, "snmpset", port, "surehopName.0", "s", "x");
            assertNotEquals(0, set.exit(), set.output());
        }
    }

    @Test
    void theAgentAnswersItsOwnMachine() throws Exception {
        var port = NetSnmp.freePort();
        var config = NetSnmp.config(port, directory.resolve("s"), List.of());
        try (var _ = open(port, "", UpdateRequests.NONE)) {
            assertEquals(Optional.empty(), AgentProbe.ask(config, NetSnmp.secrets(), "gw-1"));
            assertTrue(AgentProbe.ask(config, NetSnmp.secrets(), "gw-2").isPresent());
        }
        assertEquals(
                Optional.of("does not answer"), AgentProbe.ask(config, NetSnmp.secrets(), "gw-1"));
    }

    private NetSnmp.Outcome set(int port, String address) throws Exception {
        NetSnmp.needs("snmpset");
        return NetSnmp.run(directory, "snmpset", port, "surehopUpdateRequest.0", "s", address);
    }

    private SnmpAgent open(int port, String user, UpdateRequests requests) throws Exception {
        var box = new Status.Box("gw-1", "gw.example.net", "1", "0011");
        return SnmpAgent.open(
                NetSnmp.config(port, directory.resolve("s"), List.of()),
                new SnmpAgent.Answering(box, () -> status(box), user, requests),
                NetSnmp.secrets());
    }

    private static Status status(Status.Box box) {
        return new Status(box, snapshot(), List.of(), Map.of(), List.of());
    }

    private static Snapshot snapshot() {
        var start = Instant.parse("2026-03-01T12:00:00Z");
        return new Snapshot(start, start, 0, 0, 0, Map.of(), Map.of(), Map.of(), List.of());
    }
}
