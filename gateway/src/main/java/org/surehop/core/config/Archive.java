package org.surehop.core.config;

import java.time.Duration;

/// The archive of messages (SVC-1): a directory, the certificate of those who may read it, and its
/// room: entries, mebibytes, and how long each is kept. Its private key is never on this machine.
public record Archive(
        boolean enabled,
        String path,
        String certificate,
        OnFailure onFailure,
        Duration keep,
        long maxEntries,
        long maxMib) {
    public static final Archive OFF =
            new Archive(false, "", "", OnFailure.REFUSE, Duration.ofDays(1), 1, 1);

    public Archive {
        Valid.positive("services.archive.keep", keep);
        Valid.positive("services.archive.max-entries", maxEntries);
        Valid.positive("services.archive.max-mib", maxMib);
        Valid.that(
                !enabled || !(path.isEmpty() || certificate.isEmpty()),
                "services.archive needs a path and a certificate");
    }

    /// What becomes of a message that cannot be archived.
    public enum OnFailure {
        REFUSE,
        PASS
    }
}
