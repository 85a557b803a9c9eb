package org.surehop.adapter.cms;

import java.security.Provider;
import java.security.cert.X509Certificate;
import java.util.List;
import org.surehop.core.config.Smime;

/// The keys of one reader: what it can decrypt with, what it signs with, and whose certificates of
/// signers it trusts. `provider` does all cryptography (BC FIPS).
public record SmimeKeys(
        KeyPairing recipient, KeyPairing signer, List<X509Certificate> trust, Provider provider) {
    public SmimeKeys {
        trust = List.copyOf(trust);
    }

    /// Reads what the configuration names; the fault says in one sentence what is wrong and where.
    public static SmimeKeys load(Smime smime, Provider provider) throws KeyMaterialFault {
        var recipient =
                KeyPairing.load(
                        PemSource.file("smime.certificate", smime.certificate()),
                        PemSource.secret("smime.key", smime.key()),
                        provider);
        var signingKey = PemSource.secret("smime.signing-key", smime.signingKey());
        var signer =
                KeyPairing.load(
                        PemSource.file("smime.signing-certificate", smime.signingCertificate()),
                        signingKey,
                        provider);
        if (recipient.rsa() && recipient.sharesKeyWith(signer)) {
            throw signingKey.fault(
                    "expected another key than smime.key, because an RSA key that decrypts"
                            + " may not sign");
        }
        var trust = PemSource.file("smime.trust", smime.trust()).certificates(provider);
        return new SmimeKeys(recipient, signer, trust, provider);
    }
}
