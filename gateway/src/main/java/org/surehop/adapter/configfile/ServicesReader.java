package org.surehop.adapter.configfile;

import java.util.List;
import org.surehop.core.config.Archive;
import org.surehop.core.config.Emergency;
import org.surehop.core.config.LocationRouting;
import org.surehop.core.config.Messages;
import org.surehop.core.config.Peer;
import org.surehop.core.config.Services;
import org.surehop.core.sip.Side;

/// Reads the part about the services of RFC 4189. Each default stands here once.
final class ServicesReader {
    private final Section root;
    private final List<Peer> peers;

    ServicesReader(Section root, List<Peer> peers) {
        this.root = root;
        this.peers = peers;
    }

    Services services() {
        var messages = root.choice("messages", Messages.class, Messages.PASS);
        var archive = archive(root.section("archive"));
        if (archive.enabled() && !messages.read()) {
            root.fault("messages", "expected report, outgoing or inspect beside an archive");
            archive = Archive.OFF;
        }
        var location = location(root.section("location"));
        var emergency = emergency(root.section("emergency"));
        root.close();
        return new Services(messages, archive, location, emergency);
    }

    private static LocationRouting location(Section s) {
        var read =
                new LocationRouting(
                        s.choice(
                                "on-unusable",
                                LocationRouting.OnUnusable.class,
                                LocationRouting.OnUnusable.REJECT),
                        s.flag("require-signature", true));
        s.close();
        return read;
    }

    private Emergency emergency(Section s) {
        var to = s.text("to", "", "the name of a peer, or nothing", "|" + ConfigReader.NAME);
        if (!to.isEmpty() && peers.stream().noneMatch(p -> p.name().equals(to))) {
            s.fault("to", "no peer has the name '" + to + "', expected one of peers");
        }
        var read =
                new Emergency(
                        to, s.choice("side", Side.class, Side.OUTSIDE), s.flag("bypass", true));
        s.close();
        return read;
    }

    private static Archive archive(Section s) {
        var enabled = s.flag("enabled", false);
        var path = s.file("path", "/var/lib/surehop/archive");
        var certificate = s.file("certificate", "");
        if (enabled && path.isEmpty()) {
            s.fault("path", "is missing, expected a directory");
        }
        if (enabled && certificate.isEmpty()) {
            s.fault("certificate", "is missing, expected the path of one certificate");
        }
        var read =
                new Archive(
                        enabled && !path.isEmpty() && !certificate.isEmpty(),
                        path,
                        certificate,
                        s.choice("on-failure", Archive.OnFailure.class, Archive.OnFailure.REFUSE),
                        s.duration("keep", "365d", "1d", "36500d"),
                        s.large("max-entries", 1_000_000, 1, 1_000_000_000),
                        s.large("max-mib", 4096, 1, 1_000_000_000));
        s.close();
        return read;
    }
}
