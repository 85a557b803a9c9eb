package org.surehop.adapter.configfile;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.surehop.core.assurance.HopRecord;
import org.surehop.core.config.Assurance;
import org.surehop.core.config.Demands;
import org.surehop.core.config.Disclosure;
import org.surehop.core.config.HopPolicy;
import org.surehop.core.config.Journal;
import org.surehop.core.config.LegMode;
import org.surehop.core.config.Limits;
import org.surehop.core.config.Mqtt;
import org.surehop.core.config.Notifying;
import org.surehop.core.config.PathPolicy;
import org.surehop.core.config.Pinholes;
import org.surehop.core.config.Snmp;
import org.surehop.core.config.Timers;
import org.surehop.core.config.Topology;
import org.surehop.core.config.UserRule;
import org.surehop.core.sip.Hop;

/// Reads the rest of the file: policy, limits and reports. Each default stands here once.
final class EdgeReader {
    /// POL-85.
    private static final List<String> PASS_THROUGH =
            List.of(
                    "100rel",
                    "timer",
                    "replaces",
                    "from-change",
                    "precondition",
                    "outbound",
                    "path",
                    "gruu",
                    "histinfo");

    private final Section root;

    EdgeReader(Section root) {
        this.root = root;
    }

    Assurance assurance() {
        var s = root.section("assurance");
        var grace = s.duration("grace", "32s", "0s", "64s");
        var cap = s.duration("cap", "64s", "1s", "10m");
        if (cap.compareTo(grace) < 0) {
            s.fault("cap", "expected a duration that is not shorter than assurance.grace");
            cap = grace;
        }
        var read =
                new Assurance(
                        s.text(
                                "option-tag",
                                "e2e-sec",
                                "a SIP token",
                                "[A-Za-z0-9.!%*_+`'~-]{1,32}"),
                        s.oneOf("reject-status", 420, List.of(420, 480, 488)),
                        s.texts(
                                "pass-through",
                                PASS_THROUGH,
                                "an option tag",
                                "[A-Za-z0-9.-]{1,32}"),
                        grace,
                        cap,
                        s.integer("max-hops", 32, 1, 70),
                        s.flag("require-signed-notify", false),
                        s.text(
                                "notify-body-type",
                                "application/e2e-sec-info+xml",
                                "a media type such as application/e2e-sec-info+xml",
                                "[a-z]+/[A-Za-z0-9.+-]{1,80}"),
                        s.choice(
                                "on-mismatch",
                                Assurance.OnMismatch.class,
                                Assurance.OnMismatch.REPORT),
                        hops(s));
        s.close();
        return read;
    }

    private static HopPolicy hops(Section s) {
        return new HopPolicy(
                s.choice("topology", Topology.class, Topology.FULL),
                s.texts("own-domains", List.of(), "a domain name", ConfigReader.HOST),
                s.flag("trust-notifies", false),
                s.list(
                        "b2buas",
                        List.of(),
                        "two or more host names of one element, each with a port or without",
                        EdgeReader::names),
                s.flag("verdicts-in-dialog", false));
    }

    /// The names of one element, between blanks (POL-84).
    private static @Nullable List<Hop> names(Object value) {
        if (!(value instanceof String text) || text.length() > 2_000) {
            return null;
        }
        var names =
                HopRecord.parse(List.of(text.strip().replaceAll(" +", ","))).map(HopRecord::hops);
        return names.filter(n -> n.size() > 1).map(List::copyOf).orElse(null);
    }

    PathPolicy path() {
        var s = root.section("path");
        var read =
                new PathPolicy(
                        s.flag("accept-unassured", false),
                        s.choice(
                                "anchored-signed-headers",
                                PathPolicy.SignedHeaders.class,
                                PathPolicy.SignedHeaders.REJECT),
                        s.oneOf("injected-reject-status", 403, List.of(403, 480, 488)),
                        s.duration("challenge-memory", "64s", "1s", "10m"),
                        s.flag("trust-post-407", false),
                        s.choice("leg-mode", LegMode.class, LegMode.ANCHORED));
        s.close();
        return read;
    }

    Notifying notifying() {
        var s = root.section("notifies");
        var usual = Notifying.usual();
        var read =
                new Notifying(
                        s.choice("reason", Notifying.EndReason.class, usual.reason()),
                        s.choice("excess", Notifying.Excess.class, usual.excess()),
                        s.integer("bad-per-second", usual.badPerSecond(), 1, 1_000_000),
                        s.octets("evidence", "16MiB", "64KiB", "1024MiB"),
                        s.duration("minimum-expires", "60s", "1s", "1h"));
        s.close();
        return read;
    }

    Disclosure disclosure() {
        var s = root.section("disclosure");
        var profile = s.choice("profile", Disclosure.Profile.class, Disclosure.Profile.INSPECT);
        var clear = s.flag("clear-sdp", false);
        var signed = s.flag("require-signature", false);
        var users = s.sections("users").stream().map(u -> user(u, profile, clear, signed)).toList();
        var read =
                new Disclosure(
                        profile,
                        clear,
                        signed,
                        s.flag("hide-inspect-policy", false),
                        s.oneOf("emit-code", 496, List.of(496, 493, 488)),
                        s.oneOf("warn-code", 399, List.of(399, 380)),
                        s.integer("max-mime-depth", 8, 1, 32),
                        s.integer("max-mime-parts", 32, 1, 1000),
                        s.integer("max-recipients", 16, 1, 256),
                        s.integer("workers", 2, 1, 64),
                        demands(s, users));
        s.close();
        return read;
    }

    private static UserRule user(
            Section s, Disclosure.Profile profile, boolean clear, boolean signed) {
        var rule =
                new UserRule(
                        s.text(
                                "user",
                                "user@host or *@host",
                                "[^@\\s]{1,128}@[A-Za-z0-9.:\\[\\]-]+"),
                        s.choice("profile", Disclosure.Profile.class, profile),
                        s.flag("clear-sdp", clear),
                        s.flag("require-signature", signed));
        s.close();
        return rule;
    }

    private static Demands demands(Section s, List<UserRule> users) {
        return new Demands(
                s.choice("srtp-keys", Demands.SrtpKeys.class, Demands.DEFAULT.srtpKeys()),
                s.integer("key-operations-per-user", 100, 1, 1_000_000),
                s.integer("key-operations-per-peer", 1000, 1, 1_000_000),
                s.choice("must-read", Demands.MustRead.class, Demands.MustRead.SDP),
                s.choice("identities", Demands.Identities.class, Demands.Identities.REPORT),
                s.choice("tunnels", Demands.Identities.class, Demands.Identities.REFUSE),
                s.flag("require-authenticated-label", false),
                users);
    }

    Pinholes pinholes() {
        return PinholesReader.read(root.section("pinholes"));
    }

    Timers timers() {
        var s = root.section("timers");
        var read =
                new Timers(
                        s.duration("t1", "500ms", "10ms", "5s"),
                        s.duration("ringing", "185s", "1s", "1h"),
                        s.duration("call-duration", "12h", "1s", "7d"),
                        s.duration("work", "5s", "100ms", "60s"),
                        s.duration("subscription", "24h", "1s", "30d"));
        s.close();
        return read;
    }

    Limits limits() {
        var s = root.section("limits");
        var read =
                new Limits(
                        s.integer("calls", 1000, 1, 1_000_000),
                        s.integer("calls-per-peer", 500, 1, 1_000_000),
                        s.integer("transactions", 40_000, 1, 10_000_000),
                        s.integer("queue", 8192, 16, 1_000_000),
                        s.integer("connections", 1024, 1, 100_000),
                        s.integer("connections-per-address", 64, 1, 100_000),
                        s.integer("handshakes", 16, 1, 1000),
                        s.octets("header-bytes", "16KiB", "1KiB", "64KiB"),
                        s.integer("header-count", 128, 16, 1000),
                        s.integer("list-values", 64, 8, 1000),
                        s.octets("body-bytes", "64KiB", "1KiB", "1MiB"),
                        s.duration("first-line", "32s", "100ms", "10m"),
                        s.duration("message", "10s", "100ms", "5m"),
                        s.duration("write", "10s", "100ms", "5m"),
                        s.duration("idle", "15m", "1s", "1d"),
                        s.integer("write-queue", 256, 1, 100_000),
                        s.integer("subscriptions", 5000, 1, 1_000_000),
                        s.integer("refusals", Limits.REFUSALS, 1, 1_000_000));
        s.close();
        return read;
    }

    Journal journal() {
        var s = root.section("journal");
        var read =
                new Journal(
                        s.file("path", "/var/lib/surehop/journal.db"),
                        s.duration("keep", "30d", "1h", "3650d"),
                        s.large("max-events", 1_000_000, 1000, 1_000_000_000),
                        s.choice("unusable", Journal.Unusable.class, unusable()));
        s.close();
        return read;
    }

    /// A machine that nobody stands beside says so in the environment; the file has the last word.
    private static Journal.Unusable unusable() {
        var machines = System.getenv().getOrDefault("SUREHOP_JOURNAL_UNUSABLE", "");
        return machines.equals("set-aside") ? Journal.Unusable.SET_ASIDE : Journal.Unusable.REFUSE;
    }

    Snmp snmp() {
        var s = root.section("snmp");
        var users = s.sections("users").stream().map(EdgeReader::user).toList();
        var receivers = s.sections("receivers").stream().map(EdgeReader::receiver).toList();
        var read =
                new Snmp(
                        s.flag("enabled", false),
                        s.address("address", "127.0.0.1"),
                        s.integer("port", 1161, 1, 65535),
                        s.file("state-directory", "/var/lib/surehop/snmp"),
                        users,
                        receivers,
                        s.flag("midcom-notifications", true));
        s.close();
        ConfigReader.unique(s, "users", "name", users.stream().map(Snmp.User::name).toList());
        ConfigReader.unique(
                s, "receivers", "name", receivers.stream().map(Snmp.Receiver::name).toList());
        for (int i = 0; i < receivers.size(); i++) {
            var user = receivers.get(i).user();
            if (users.stream().noneMatch(u -> u.name().equals(user))) {
                s.fault(
                        "receivers[" + i + "].user",
                        "no user has the name '" + user + "', expected one of snmp.users");
            }
        }
        return read;
    }

    private static Snmp.User user(Section s) {
        var user =
                new Snmp.User(
                        s.text("name", ConfigReader.NAME_FORM, "[A-Za-z0-9._-]{1,32}"),
                        s.secret("auth-passphrase", null),
                        s.secret("priv-passphrase", null));
        s.close();
        return user;
    }

    private static Snmp.Receiver receiver(Section s) {
        var receiver =
                new Snmp.Receiver(
                        s.text("name", ConfigReader.NAME_FORM, ConfigReader.NAME),
                        s.address("address", null),
                        s.integer("port", 162, 1, 65535),
                        s.text("user", "the name of one of snmp.users", "[A-Za-z0-9._-]{1,32}"),
                        s.flag("inform", false));
        s.close();
        return receiver;
    }

    Mqtt mqtt() {
        var s = root.section("mqtt");
        var read =
                new Mqtt(
                        s.flag("enabled", false),
                        s.text(
                                "uri",
                                "ssl://localhost:8883",
                                "ssl://HOST:PORT",
                                "ssl://[^/:\\s]+:[0-9]{1,5}|ssl://\\[[0-9a-fA-F:.]+]:[0-9]{1,5}"),
                        s.text("client-id", "surehop", ConfigReader.NAME_FORM, ConfigReader.NAME),
                        s.text("root", "surehop", "one topic level", "[^/+#\\x00]{1,64}"),
                        s.text("site", "default", "one topic level", "[^/+#\\x00]{1,64}"),
                        s.file("trust", ""),
                        s.file("certificate", ""),
                        s.secret("key", ""),
                        s.text("username", "", "a user name or nothing", "[^\\x00]{0,256}"),
                        s.secret("password", ""),
                        s.duration("keep-alive", "30s", "5s", "1h"));
        s.close();
        if (read.enabled() && read.trust().isEmpty()) {
            s.fault("trust", "is missing, expected the path of a file of CA certificates");
        }
        if (!read.certificate().isEmpty() && read.key().name().isEmpty()) {
            s.fault("key", "is missing, expected file:PATH or env:NAME beside mqtt.certificate");
        }
        return read;
    }
}
