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
        return new SmimeKeys(
                KeyPairing.load(
                        PemSource.file("smime.certificate", smime.certificate()),
                        PemSource.secret("smime.key", smime.key()),
                        provider),
                KeyPairing.load(
                        PemSource.file("smime.signing-certificate", smime.signingCertificate()),
                        PemSource.secret("smime.signing-key", smime.signingKey()),
                        provider),
                PemSource.file("smime.trust", smime.trust()).certificates(provider),
                provider);
    }
}
