package org.surehop.adapter.configfile;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.surehop.core.config.ContentKeys;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.config.Listener;
import org.surehop.core.config.Peer;
import org.surehop.core.config.Signers;
import org.surehop.core.config.Smime;
import org.surehop.core.config.SmimeReading;
import org.surehop.core.config.Tls;
import org.surehop.core.config.Topology;
import org.surehop.core.sip.Side;

/// Reads the whole file: who we are, where we listen, whom we know. Each default stands here
/// once.
final class ConfigReader {
    static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";
    static final String NAME_FORM = "a name of letters, digits, '.', '_' and '-', at most 64";
    static final String HOST = "[A-Za-z0-9]([A-Za-z0-9.-]{0,252})|\\[[0-9A-Fa-f:.]+]";
    static final String HOST_FORM = "a host name or an address";

    private static final int MOST_LISTENERS = 16;

    private ConfigReader() {}

    /// Empty only when a fault was noted.
    static Optional<GatewayConfig> read(Section root) {
        try {
            var identity = identity(root.section("gateway"));
            var listeners = listeners(root);
            var tls = tls(root.section("tls"));
            var smime = smime(root.section("smime"));
            var edge = new EdgeReader(root);
            var assurance = edge.assurance();
            var snmp = edge.snmp();
            var peers = peers(root);
            LinkReader.listeners(root, listeners, peers);
            var path = edge.path();
            var hops = assurance.hops().topology();
            var routes = new RouteReader(peers, path.legMode(), hops).routes(root);
            var pinholes = edge.pinholes();
            var config =
                    new GatewayConfig(
                            identity,
                            listeners,
                            tls,
                            smime,
                            peers,
                            routes,
                            assurance,
                            path,
                            edge.notifying(),
                            edge.disclosure(),
                            new ServicesReader(root.section("services"), peers).services(),
                            pinholes,
                            edge.timers(),
                            edge.limits(),
                            edge.journal(),
                            snmp,
                            edge.mqtt(),
                            DoorReader.read(root, listeners, peers),
                            UpkeepReader.read(root.section("upkeep"), snmp),
                            MidcomReader.read(root.section("midcom"), pinholes));
            root.close();
            return Optional.of(config);
        } catch (IllegalArgumentException e) {
            // A record refused what the keys let pass, unless a fault is known already.
            root.lastFault("expected valid values, found that " + e.getMessage());
            return Optional.empty();
        }
    }

    private static GatewayConfig.Identity identity(Section s) {
        var identity =
                new GatewayConfig.Identity(
                        s.text("id", "surehop", NAME_FORM, NAME),
                        s.text("name", HOST_FORM, HOST),
                        s.integer("port", 5061, 1, 65535));
        s.close();
        return identity;
    }

    private static List<Listener> listeners(Section root) {
        var read = root.sections("listeners").stream().map(ConfigReader::listener).toList();
        if (read.isEmpty() || read.size() > MOST_LISTENERS) {
            root.fault("listeners", "expected a list of 1 to 16 listeners");
        }
        unique(root, "listeners", "name", read.stream().map(Listener::name).toList());
        unique(
                root,
                "listeners",
                "port",
                read.stream().map(l -> l.address() + " port " + l.port()).toList());
        return read;
    }

    private static Listener listener(Section s) {
        var transport = s.choice("transport", Listener.Transport.class, Listener.Transport.TLS);
        var listener =
                new Listener(
                        s.text("name", NAME_FORM, NAME),
                        s.address("address", "0.0.0.0"),
                        s.integer("port", 5061, 1, 65535),
                        s.choice("side", Side.class, null),
                        transport,
                        s.choice(
                                "client-certificate",
                                Listener.ClientCertificate.class,
                                Listener.ClientCertificate.REQUIRED),
                        DoorReader.wish(s, transport));
        s.close();
        return listener;
    }

    private static Tls tls(Section s) {
        var tls =
                new Tls(
                        s.file("certificate", null),
                        s.secret("key", null),
                        s.file("trust", null),
                        s.text(
                                "minimum-version",
                                "TLSv1.2",
                                "one of TLSv1.2, TLSv1.3",
                                "TLSv1\\.[23]"),
                        s.duration("handshake-timeout", "10s", "100ms", "60s"));
        s.close();
        return tls;
    }

    private static Smime smime(Section s) {
        var smime =
                new Smime(
                        s.file("certificate", null),
                        s.secret("key", null),
                        s.file("signing-certificate", null),
                        s.secret("signing-key", null),
                        s.file("trust", null),
                        new SmimeReading(
                                s.choice(
                                        "key-transport",
                                        SmimeReading.KeyTransport.class,
                                        SmimeReading.KeyTransport.OAEP),
                                contentKeys(s.section("content-keys")),
                                signers(s.section("signers"))));
        s.close();
        return smime;
    }

    private static Signers signers(Section s) {
        var signers =
                new Signers(
                        s.choice("revocation", Signers.Revocation.class, Signers.Revocation.SOFT),
                        s.files("crl-files"),
                        s.flag("fetch", false),
                        s.text(
                                "ocsp-responder",
                                "",
                                "http://HOST, with port and path if any",
                                "|http://[^\\s]{1,200}"),
                        s.duration("timeout", "1s", "100ms", "4s"),
                        s.duration("signing-age", "1h", "0s", "7d"));
        s.close();
        return signers;
    }

    private static ContentKeys contentKeys(Section s) {
        var all = ContentKeys.DEFAULT;
        var keys =
                new ContentKeys(
                        s.duration("holding", "2h", "0s", "24h"),
                        s.integer("max-decrypts", all.maxDecrypts(), 1, 1_000_000),
                        s.integer("per-dialog", all.perDialog(), 1, 1_000),
                        s.integer("total", all.total(), 1, 1_000_000),
                        s.flag("reversed", all.reversed()));
        s.close();
        return keys;
    }

    private static List<Peer> peers(Section root) {
        var read = root.sections("peers").stream().map(ConfigReader::peer).toList();
        unique(root, "peers", "name", read.stream().map(Peer::name).toList());
        var seen = new HashSet<String>();
        for (int i = 0; i < read.size(); i++) {
            for (var domain : read.get(i).domains()) {
                if (!domain.equals(Section.UNREAD) && !seen.add(domain.toLowerCase(Locale.ROOT))) {
                    root.fault(
                            "peers[" + i + "].domains",
                            "'" + domain + "' is used twice, expected each with one peer only");
                }
            }
        }
        LinkReader.distinct(root, read);
        return read;
    }

    private static Peer peer(Section s) {
        s.renamed("implicit-notify", "notify-mode: implicit for true, learned for false");
        var domains = s.texts("domains", List.of(), "a SIP domain", HOST);
        if (domains.isEmpty()) {
            s.fault("domains", "is missing, expected a list of at least one SIP domain");
            domains = List.of(Section.UNREAD);
        }
        var peer =
                new Peer(
                        s.text("name", NAME_FORM, NAME),
                        domains,
                        s.text(
                                "address",
                                "",
                                HOST_FORM + ", or empty for DNS",
                                "|" + HOST + "|[0-9A-Fa-f:.]+"),
                        s.integer("port", 0, 0, 65535),
                        s.flag("present-certificate", true),
                        s.flag("require-certificate", true),
                        s.choice("notify-mode", Peer.Notify.class, Peer.Notify.LEARNED),
                        s.choice("topology", Topology.class),
                        LinkReader.link(s),
                        DoorReader.wish(s));
        if (peer.ipsec().isPresent() && peer.address().isEmpty()) {
            s.fault("address", "is missing, expected where the peer is on its IPsec link");
        }
        s.close();
        if (List.of("dns", "refuse").contains(peer.name())) {
            s.fault("name", "expected another name than 'dns' and 'refuse', which routes use");
        }
        return peer;
    }

    static void unique(Section s, String list, String key, List<String> values) {
        var seen = new HashSet<String>();
        for (int i = 0; i < values.size(); i++) {
            if (!values.get(i).equals(Section.UNREAD) && !seen.add(values.get(i))) {
                s.fault(
                        list + "[" + i + "]." + key,
                        "'" + values.get(i) + "' is used twice, expected each only once");
            }
        }
    }
}
