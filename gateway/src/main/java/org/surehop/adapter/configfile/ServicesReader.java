package org.surehop.adapter.configfile;

import org.surehop.core.config.Archive;
import org.surehop.core.config.Messages;
import org.surehop.core.config.Services;

/// Reads the part about the services of RFC 4189. Each default stands here once.
final class ServicesReader {
    private final Section root;

    ServicesReader(Section root) {
        this.root = root;
    }

    Services services() {
        var messages = root.choice("messages", Messages.class, Messages.PASS);
        var archive = archive(root.section("archive"));
        if (archive.enabled() && !messages.read()) {
            root.fault("messages", "expected report, outgoing or inspect beside an archive");
            archive = Archive.OFF;
        }
        root.close();
        return new Services(messages, archive);
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
