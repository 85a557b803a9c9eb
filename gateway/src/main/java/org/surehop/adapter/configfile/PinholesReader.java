package org.surehop.adapter.configfile;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.surehop.core.config.MediaRules;
import org.surehop.core.config.MediaRules.Otherwise;
import org.surehop.core.config.Nat;
import org.surehop.core.config.PacketRules;
import org.surehop.core.config.Pinholes;
import org.surehop.core.config.Prefix;
import org.surehop.core.config.Unknowns;
import org.surehop.core.config.Unknowns.Blind;
import org.surehop.core.config.Unknowns.PreAnswer;
import org.surehop.core.sdp.SourcePolicy;

/// Reads what is said of pinholes. Each default stands here once.
final class PinholesReader {
    private static final List<Prefix> PRIVATE_NETWORKS =
            List.of(
                    Prefix.parse("10.0.0.0/8"),
                    Prefix.parse("172.16.0.0/12"),
                    Prefix.parse("192.168.0.0/16"),
                    Prefix.parse("fd00::/8"));

    /// DNS-over-TLS, SNMP, MQTT, SIP and what else listens above 1024 on such boxes (MID-50).
    private static final List<Integer> DENIED_PORTS =
            List.of(1161, 1162, 1883, 3306, 5060, 5061, 5432, 6379, 8883);

    /// A range is bounded, or it would be "open all" (PIN-5).
    private static final int MOST_BLIND_PORTS = 128;

    private static final String SOURCES = "one of addr+port, addr, any";

    private PinholesReader() {}

    static Pinholes read(Section s) {
        var driver = s.choice("driver", Pinholes.Driver.class, Pinholes.Driver.NFTABLES);
        var inside =
                s.list(
                        "inside-prefixes",
                        PRIVATE_NETWORKS,
                        "an address block such as 10.0.0.0/8",
                        PinholesReader::prefix);
        var read =
                new Pinholes(
                        driver,
                        s.text(
                                "table",
                                "surehop",
                                "1 to 31 lower-case letters, digits and _, beginning with a letter",
                                "[a-z][a-z0-9_]{0,30}"),
                        inside,
                        s.choice(
                                "media-source",
                                Pinholes.MediaSource.class,
                                Pinholes.MediaSource.UA),
                        s.duration("early-lifetime", "3m", "1s", "10m"),
                        s.duration("lifetime", "5m", "1s", "1h"),
                        s.integer("minimum-port", 1024, 1, 65535),
                        s.list(
                                "denied-ports",
                                DENIED_PORTS,
                                "a port from 1 to 65535",
                                PinholesReader::port),
                        s.integer("max-media", 8, 1, 64),
                        s.integer("max-rules-per-call", 128, 1, 1024),
                        s.integer("max-rules", 10_000, 1, 1_000_000),
                        mediaRules(s),
                        UpstreamReader.read(s.section("upstream"), driver, inside),
                        packetRules(s),
                        nat(s.section("nat")));
        if (read.insidePrefixes().isEmpty() && read.driver() != Pinholes.Driver.NONE) {
            // Nothing would be inside, so that no packet at all would be kept out.
            s.fault("inside-prefixes", "expected at least one address block such as 10.0.0.0/8");
        }
        if (read.nat().present() && read.upstream().present()) {
            s.fault("nat.outside", "expected nothing beside pinholes.upstream.server");
        }
        s.close();
        return read;
    }

    private static Nat nat(Section s) {
        var text = s.address("outside", "");
        var lowest = s.integer("lowest-port", Nat.NONE.lowestPort(), 1024, 65_534);
        var highest = s.integer("highest-port", Nat.NONE.highestPort(), 1025, 65_535);
        if (highest <= lowest) {
            s.fault("highest-port", "expected a port above pinholes.nat.lowest-port");
            highest = 65_535;
        }
        s.close();
        if (text.isEmpty() || text.equals(Section.UNREAD)) {
            return new Nat(Optional.empty(), lowest, highest);
        }
        if (InetAddress.ofLiteral(text) instanceof Inet4Address outside) {
            return new Nat(Optional.of(outside), lowest, highest);
        }
        s.fault("outside", "expected an IPv4 address, or nothing");
        return Nat.NONE;
    }

    private static MediaRules mediaRules(Section s) {
        var usual = MediaRules.USUAL;
        return new MediaRules(
                source(s.text("source", usual.source().word(), SOURCES, "addr\\+port|addr|any")),
                s.choice("nat-without-ice", Otherwise.class, usual.natWithoutIce()),
                s.choice("unknown-media", Otherwise.class, usual.unknownMedia()),
                s.integer("max-candidates", usual.maxCandidates(), 1, 1024),
                s.integer("max-rules-per-user", usual.maxRulesPerUser(), 1, 1_000_000),
                unknowns(s, usual.unknowns()));
    }

    private static Unknowns unknowns(Section s, Unknowns usual) {
        return new Unknowns(
                s.choice("pre-answer-media", PreAnswer.class, usual.preAnswer()),
                blind(s, usual.blind()),
                s.choice("mixed-confidentiality", Otherwise.class, usual.mixedConfidentiality()),
                s.duration("no-media-after", "10s", "1s", "10m"));
    }

    private static Blind blind(Section s, Blind usual) {
        var media = s.choice("blind-media", Blind.Media.class, usual.media());
        var lowest = s.integer("blind-lowest-port", usual.lowestPort(), 1024, 65_535);
        var highest = s.integer("blind-highest-port", usual.highestPort(), 1024, 65_535);
        if (highest < lowest || highest - lowest >= MOST_BLIND_PORTS) {
            s.fault(
                    "blind-highest-port",
                    "expected no port below pinholes.blind-lowest-port and at most "
                            + MOST_BLIND_PORTS
                            + " ports");
            return usual;
        }
        return new Blind(media, lowest, highest);
    }

    private static PacketRules packetRules(Section s) {
        var usual = PacketRules.USUAL;
        return new PacketRules(
                s.integer("any-source-rate", usual.anySourceRate(), 1, 1_000_000),
                s.integer("packet-mark", usual.mark(), 0, Integer.MAX_VALUE));
    }

    /// The words of PIN-2; one has a sign that a choice cannot have.
    private static SourcePolicy source(String word) {
        return Arrays.stream(SourcePolicy.values())
                .filter(p -> p.word().equals(word))
                .findFirst()
                .orElse(MediaRules.USUAL.source());
    }

    static @Nullable Prefix prefix(Object value) {
        try {
            return value instanceof String text ? Prefix.parse(text) : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static @Nullable Integer port(Object value) {
        return value instanceof Integer port && port >= 1 && port <= 65535 ? port : null;
    }
}
