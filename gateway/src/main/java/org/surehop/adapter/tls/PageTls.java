package org.surehop.adapter.tls;

import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/// TLS for the page of the first start: the same versions, suites and groups as for SIP, and no
/// certificate is asked of who comes.
public record PageTls(SSLContext context, SSLParameters parameters) {
    public static PageTls of(Credentials own) throws CredentialException {
        FipsProvider.install();
        var context = TlsSockets.context(TlsSockets.keyManagers(own), new PinnedTrust(own.leaf()));
        var parameters = TlsSockets.parameters(List.of("TLSv1.3", "TLSv1.2"));
        parameters.setUseCipherSuitesOrder(true);
        return new PageTls(context, parameters);
    }
}
