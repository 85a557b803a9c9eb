package org.surehop.adapter.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.surehop.core.config.SecretRef;
import org.surehop.core.config.Tls;

/// Somebody with a certificate in files, as tests need them.
final class TrialPeer {
    private TrialPeer() {}

    static Tls files(
            Path directory, TrialAuthority issuer, TrialCertificate wish, TrialAuthority trusted)
            throws IOException {
        issuer.issue(wish, directory, "peer");
        PemFiles.writeNew(
                directory.resolve("trust.pem"),
                directory.resolve("unused.key"),
                java.util.List.of(trusted.certificate()),
                issuer.issue(wish).key());
        return section(directory, "TLSv1.2");
    }

    static Tls section(Path directory, String minimumVersion) {
        return new Tls(
                directory.resolve("peer.pem").toString(),
                new SecretRef(SecretRef.Kind.FILE, directory.resolve("peer.key").toString()),
                directory.resolve("trust.pem").toString(),
                minimumVersion,
                Duration.ofSeconds(5));
    }

    static TlsSockets of(
            Path directory, TrialAuthority issuer, TrialCertificate wish, TrialAuthority trusted)
            throws Exception {
        return TlsSockets.open(files(directory, issuer, wish, trusted), InstantSource.system());
    }
}
