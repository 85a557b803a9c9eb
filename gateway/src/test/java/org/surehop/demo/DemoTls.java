package org.surehop.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// The JDK's own TLS for the broker and its listener, from PEM files of the trial CA: another
/// implementation than the gateway's.
final class DemoTls {
    private static final char[] IN_MEMORY = "in memory only".toCharArray();

    private DemoTls() {}

    static SSLContext of(Path certificate, Path key, Path trust)
            throws IOException, GeneralSecurityException {
        var factory = CertificateFactory.getInstance("X.509");
        var keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        var anchors = KeyStore.getInstance("PKCS12");
        anchors.load(null, null);
        try (var in = Files.newInputStream(certificate);
                var roots = Files.newInputStream(trust)) {
            var chain =
                    factory.generateCertificates(in).toArray(java.security.cert.Certificate[]::new);
            keys.setKeyEntry("demo", privateKey(key), IN_MEMORY, chain);
            for (var root : factory.generateCertificates(roots)) {
                anchors.setCertificateEntry("root" + anchors.size(), root);
            }
        }
        var keyManagers = KeyManagerFactory.getInstance("PKIX");
        keyManagers.init(keys, IN_MEMORY);
        var trustManagers = TrustManagerFactory.getInstance("PKIX");
        trustManagers.init(anchors);
        var context = SSLContext.getInstance("TLSv1.3");
        context.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
        return context;
    }

    /// An EC key as PKCS#8, as `surehop pki` writes it.
    private static java.security.PrivateKey privateKey(Path file)
            throws IOException, GeneralSecurityException {
        var text = Files.readString(file).replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
        return KeyFactory.getInstance("EC")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(text)));
    }
}
