package org.surehop.adapter.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.surehop.core.config.Mqtt;

/// TLS towards a message broker: an ordinary host, so its name is checked as HTTPS does (RFC
/// 9525) by whoever sets the endpoint identification of the socket, as the MQTT client does by
/// default.
public final class BrokerSockets {
    private BrokerSockets() {}

    /// A factory with the trust, and the certificate if one is configured, of the MQTT section.
    public static SSLSocketFactory of(Mqtt mqtt) throws CredentialException {
        FipsProvider.install();
        var keys =
                mqtt.certificate().isEmpty()
                        ? null
                        : TlsSockets.keyManagers(Credentials.load(mqtt.certificate(), mqtt.key()));
        try {
            var context = SSLContext.getInstance("TLS", FipsProvider.TLS);
            context.init(keys, trust(Credentials.trust(mqtt.trust())), null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("making a TLS context for the broker", e);
        }
    }

    private static TrustManager[] trust(List<X509Certificate> anchors)
            throws GeneralSecurityException, IOException {
        var store = KeyStore.getInstance("BCFKS", FipsProvider.CRYPTO);
        store.load(null, null);
        for (var anchor : anchors) {
            store.setCertificateEntry("anchor-" + store.size(), anchor);
        }
        var factory = TrustManagerFactory.getInstance("PKIX", FipsProvider.TLS);
        factory.init(store);
        return factory.getTrustManagers();
    }
}
