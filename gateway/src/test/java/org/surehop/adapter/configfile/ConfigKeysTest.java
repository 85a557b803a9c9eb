package org.surehop.adapter.configfile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.surehop.core.config.MediaRules.Otherwise.REFUSE;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.surehop.core.config.Archive;
import org.surehop.core.config.Assurance;
import org.surehop.core.config.Authentication;
import org.surehop.core.config.Disclosure;
import org.surehop.core.config.Emergency;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.config.HopPolicy;
import org.surehop.core.config.Injection;
import org.surehop.core.config.IpsecLink;
import org.surehop.core.config.Journal;
import org.surehop.core.config.LegMode;
import org.surehop.core.config.Limits;
import org.surehop.core.config.Listener;
import org.surehop.core.config.LocationRouting;
import org.surehop.core.config.MediaRules;
import org.surehop.core.config.Messages;
import org.surehop.core.config.Mqtt;
import org.surehop.core.config.Nat;
import org.surehop.core.config.Notifying;
import org.surehop.core.config.PacketRules;
import org.surehop.core.config.PathPolicy;
import org.surehop.core.config.Peer;
import org.surehop.core.config.Pinholes;
import org.surehop.core.config.Prefix;
import org.surehop.core.config.Route;
import org.surehop.core.config.SecretRef;
import org.surehop.core.config.Services;
import org.surehop.core.config.Snmp;
import org.surehop.core.config.Timers;
import org.surehop.core.config.Tls;
import org.surehop.core.config.Topology;
import org.surehop.core.config.Unknowns;
import org.surehop.core.config.Upkeep;
import org.surehop.core.location.Area;
import org.surehop.core.sdp.SourcePolicy;
import org.surehop.core.sip.Hop;
import org.surehop.core.sip.Side;

/// Keys, defaults and records say the same.
class ConfigKeysTest {
    private static final String REQUIRED =
            """
            gateway: {name: gw.example.net}
            listeners: [{name: inside, side: inside}]
            tls: {certificate: t.pem, key: "file:t.key", trust: ca.pem}
            smime: {certificate: s.pem, key: "env:SMIME_KEY", signing-certificate: s.pem,
              signing-key: "env:SMIME_KEY", trust: ca.pem}
            """;

    @TempDir Path directory;

    @Test
    void theShippedFileShowsEveryKeyAndNoOther() throws Exception {
        var written = new TreeSet<String>();
        YamlKeys.collect(Shipped.text(), written);
        assertEquals(written, new TreeSet<>(Shipped.loaded(Shipped.FILE).keys()));
    }

    /// A key that is renamed or lost breaks every installation: it must show in a diff.
    @Test
    void theKeysAreTheOnesThatWereAgreed() throws Exception {
        try (var golden = getClass().getResourceAsStream("configuration-keys.txt")) {
            var agreed = new String(golden.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
            assertEquals(agreed, List.copyOf(new TreeSet<>(Shipped.loaded(Shipped.FILE).keys())));
        }
    }

    @Test
    void everyKeyOfTheShippedFileIsExplainedOrObvious() throws Exception {
        for (var line : Shipped.text().lines().toList()) {
            assertTrue(line.length() <= 100, line);
        }
        for (var section : Shipped.loaded(Shipped.FILE).keys()) {
            var top = section.split("[.\\[]", 2)[0];
            assertTrue(Shipped.text().contains("\n" + top + ":"), top);
        }
    }

    @Test
    void theShippedValuesOfOptionalKeysAreTheDefaults() throws Exception {
        var shipped = Shipped.config(Shipped.FILE);
        var defaults = Shipped.config(write(REQUIRED));
        assertEquals(defaults.assurance(), shipped.assurance());
        assertEquals(defaults.path(), shipped.path());
        assertEquals(defaults.notifies(), shipped.notifies());
        assertEquals(defaults.disclosure(), DisclosureKeys.withoutUsers(shipped.disclosure()));
        assertEquals(defaults.pinholes(), shipped.pinholes());
        assertEquals(defaults.timers(), shipped.timers());
        assertEquals(defaults.limits(), shipped.limits());
        assertEquals(defaults.journal(), shipped.journal());
        assertEquals(defaults.mqtt(), shipped.mqtt());
        assertEquals(defaults.authentication(), shipped.authentication());
        assertEquals(Authentication.NONE, defaults.authentication());
        assertEquals(defaults.upkeep(), shipped.upkeep());
        assertEquals(defaults.gateway(), shipped.gateway());
        assertEquals(defaults.listeners().getFirst(), shipped.listeners().getFirst());
        assertEquals(defaults.snmp().port(), shipped.snmp().port());
        assertEquals(defaults.snmp().enabled(), shipped.snmp().enabled());
        assertEquals(defaults.snmp().address(), shipped.snmp().address());
    }

    @Test
    void whatIsLeftOutHasItsDefault() throws Exception {
        var read = Shipped.config(write(REQUIRED));
        var s = Duration.ofSeconds(1);
        var m = Duration.ofMinutes(1);
        assertEquals(new GatewayConfig.Identity("surehop", "gw.example.net", 5061), read.gateway());
        assertEquals(Duration.ofSeconds(10), read.tls().handshakeTimeout());
        assertEquals("TLSv1.2", read.tls().minimumVersion());
        assertEquals(directory.resolve("t.pem").toString(), read.tls().certificate());
        assertEquals(List.of(), read.peers());
        assertEquals(Notifying.usual(), read.notifies());
        assertEquals(
                new Disclosure(
                        Disclosure.Profile.INSPECT, false, false, false, 496, 399, 8, 32, 16, 2),
                read.disclosure());
        assertEquals(
                new Timers(
                        Duration.ofMillis(500),
                        Duration.ofSeconds(185),
                        Duration.ofHours(12),
                        Duration.ofSeconds(5),
                        Duration.ofHours(24)),
                read.timers());
        assertEquals(
                new Limits(
                        1000,
                        500,
                        40000,
                        8192,
                        1024,
                        64,
                        16,
                        16384,
                        128,
                        64,
                        65536,
                        s.multipliedBy(32),
                        s.multipliedBy(10),
                        s.multipliedBy(10),
                        m.multipliedBy(15),
                        256,
                        5000),
                read.limits());
        assertEquals(Messages.PASS, read.services().messages());
        assertEquals(false, read.services().archive().enabled());
        assertEquals(Archive.OnFailure.REFUSE, read.services().archive().onFailure());
        assertEquals(420, read.assurance().rejectStatus());
        assertEquals("e2e-sec", read.assurance().optionTag());
        assertEquals(32, read.assurance().maxHops());
        assertEquals(LegMode.ANCHORED, read.path().legMode());
        assertEquals(Pinholes.Driver.NFTABLES, read.pinholes().driver());
        assertEquals(false, read.snmp().enabled() || read.mqtt().enabled());
    }

    @Test
    void everyKeyReachesItsRecord() throws Exception {
        var text = new String(resource("every-key.yaml"), StandardCharsets.UTF_8);
        var file = write(text);
        var read = Shipped.loaded(file);
        var written = new TreeSet<String>();
        YamlKeys.collect(text, written);
        assertEquals(new TreeSet<>(read.keys()), written, "the example must write every key");
        assertEquals(everyKey(), read.config());
    }

    private GatewayConfig everyKey() {
        return new GatewayConfig(
                new GatewayConfig.Identity("box-1", "sip.example.org", 5071),
                List.of(
                        new Listener(
                                "lan",
                                "10.0.0.1",
                                5072,
                                Side.OUTSIDE,
                                Listener.Transport.TCP,
                                Listener.ClientCertificate.OPTIONAL)),
                new Tls(here("a"), env("TLS_KEY"), here("b"), "TLSv1.3", Duration.ofSeconds(3)),
                SmimeSample.of(this::here),
                List.of(peer()),
                List.of(
                        new Route("x.org", "p", Side.OUTSIDE, injection(), Optional.of(area())),
                        new Route(
                                "x.org",
                                "refuse",
                                Side.OUTSIDE,
                                Injection.NEVER,
                                Optional.empty(),
                                LegMode.TRANSPARENT)),
                assurance(),
                path(),
                new Notifying(
                        Notifying.EndReason.INVARIANT,
                        Notifying.Excess.DROP,
                        7,
                        1 << 20,
                        Duration.ofSeconds(9)),
                DisclosureKeys.everyKey(),
                services(),
                pinholes(),
                timers(),
                limits(),
                new Journal(here("j.db"), Duration.ofDays(1), 2000, Journal.Unusable.SET_ASIDE),
                new Snmp(
                        true,
                        "::1",
                        1170,
                        here("snmp"),
                        List.of(new Snmp.User("u", env("AUTH"), env("PRIV"))),
                        List.of(new Snmp.Receiver("r", "192.0.2.2", 1171, "u", true)),
                        false),
                mqtt(),
                MidcomKeys.authentication(env("USERS")),
                new Upkeep(here("h"), 5090, here("e"), here("a"), here("r"), "u"),
                MidcomKeys.everyKey());
    }

    private Mqtt mqtt() {
        return new Mqtt(
                true,
                "ssl://broker.example:8884",
                "c",
                "r",
                "s",
                here("m"),
                here("n"),
                file("o"),
                "me",
                env("MQTT"),
                Duration.ofSeconds(9));
    }

    private static Peer peer() {
        return new Peer(
                "p",
                List.of("x.org", "y.org"),
                "192.0.2.1",
                5073,
                false,
                false,
                Peer.Notify.EXPLICIT,
                Optional.of(Topology.NONE),
                Optional.of(new IpsecLink(List.of(Prefix.parse("192.0.2.0/24")), "eth1", false)),
                Authentication.Wish.DIGEST);
    }

    private static Injection injection() {
        return new Injection(true, Injection.OnRejected.RETRY_WITHOUT, true);
    }

    private static PathPolicy path() {
        return new PathPolicy(
                true,
                PathPolicy.SignedHeaders.FORWARD,
                480,
                Duration.ofSeconds(7),
                true,
                LegMode.TRANSPARENT);
    }

    private static Assurance assurance() {
        var b2buas = List.of(List.of(Hop.of("sbc.x.org", 0), Hop.of("in.x.org", 5070)));
        return new Assurance(
                "tag",
                480,
                List.of("timer"),
                Duration.ofSeconds(4),
                Duration.ofSeconds(5),
                6,
                true,
                "application/x",
                Assurance.OnMismatch.TERMINATE,
                new HopPolicy(Topology.SELF, List.of("x.org"), true, b2buas, true));
    }

    private Services services() {
        return new Services(
                Messages.OUTGOING,
                new Archive(
                        true,
                        here("arc"),
                        here("arc.pem"),
                        Archive.OnFailure.PASS,
                        Duration.ofDays(2),
                        3,
                        4),
                new LocationRouting(LocationRouting.OnUnusable.DEFAULT_ROUTE, false),
                new Emergency("p", Side.INSIDE, false));
    }

    private static Area area() {
        return new Area.Civic(Map.of("COUNTRY", "se", "A3", "stockholm"));
    }

    private static Pinholes pinholes() {
        return new Pinholes(
                Pinholes.Driver.MEMORY,
                "t1",
                List.of(Prefix.parse("192.0.2.0/24")),
                Pinholes.MediaSource.PREFIXES,
                Duration.ofMinutes(1),
                Duration.ofMinutes(2),
                2000,
                List.of(3000),
                2,
                3,
                4,
                new MediaRules(
                        SourcePolicy.ADDR_AND_PORT,
                        REFUSE,
                        REFUSE,
                        5,
                        6,
                        new Unknowns(
                                Unknowns.PreAnswer.WILDCARD,
                                new Unknowns.Blind(Unknowns.Blind.Media.RANGE, 2002, 2003),
                                REFUSE,
                                Duration.ofSeconds(3))),
                Shipped.upstream(),
                new PacketRules(5, 6),
                new Nat(Optional.empty(), 30_000, 30_001));
    }

    private static Timers timers() {
        return new Timers(
                Duration.ofMillis(100),
                Duration.ofSeconds(10),
                Duration.ofHours(1),
                Duration.ofSeconds(2),
                Duration.ofHours(2));
    }

    private static Limits limits() {
        return new Limits(
                1,
                2,
                3,
                17,
                5,
                6,
                7,
                2048,
                20,
                10,
                1024,
                Duration.ofSeconds(1),
                Duration.ofSeconds(2),
                Duration.ofSeconds(3),
                Duration.ofSeconds(4),
                8,
                9,
                10);
    }

    private String here(String name) {
        return directory.resolve(name).toString();
    }

    private SecretRef file(String name) {
        return new SecretRef(SecretRef.Kind.FILE, here(name));
    }

    private static SecretRef env(String name) {
        return new SecretRef(SecretRef.Kind.ENV, name);
    }

    private Path write(String text) throws Exception {
        return Files.writeString(directory.resolve("surehop.yaml"), text);
    }

    private byte[] resource(String name) throws Exception {
        try (var stream = getClass().getResourceAsStream(name)) {
            return stream.readAllBytes();
        }
    }
}
