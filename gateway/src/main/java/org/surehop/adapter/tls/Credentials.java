package org.surehop.adapter.tls;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.List;
import org.surehop.core.config.SecretRef;

/// A private key and the chain that names it, leaf first. The key is known to fit the leaf.
public record Credentials(List<X509Certificate> chain, PrivateKey key) {
    public Credentials {
        chain = List.copyOf(chain);
    }

    /// Reads and checks both. `certificate` is a PEM file with the leaf first.
    public static Credentials load(String certificate, SecretRef key) throws CredentialException {
        FipsProvider.install();
        var chain = Pem.certificates(certificate);
        var secret = Pem.key(key);
        if (!fits(chain.getFirst(), secret)) {
            throw new CredentialException(
                    key
                            + ": is not the key of the first certificate in "
                            + certificate
                            + ", expected the private key that belongs to it");
        }
        return new Credentials(chain, secret);
    }

    /// The trust anchors of a PEM file; at least one.
    public static List<X509Certificate> trust(String file) throws CredentialException {
        FipsProvider.install();
        var anchors = Pem.certificates(file);
        for (var anchor : anchors) {
            if (anchor.getBasicConstraints() < 0) {
                throw new CredentialException(
                        file
                                + ": holds a certificate that is no CA, expected CA certificates"
                                + " (basicConstraints CA:TRUE) only");
            }
        }
        return anchors;
    }

    /// A private key by itself.
    public static PrivateKey key(SecretRef key) throws CredentialException {
        FipsProvider.install();
        return Pem.key(key);
    }

    /// The first certificate of a file: what a key is named by.
    public static X509Certificate leaf(String file) throws CredentialException {
        FipsProvider.install();
        return Pem.certificates(file).getFirst();
    }

    /// The users that a certificate names (`sip:alice@example.com`, or a mail address): the
    /// gateway may not hold the key of one (REQ-CONF-2).
    public static List<String> users(X509Certificate leaf) {
        return SipIdentity.users(leaf);
    }

    /// Whether a certificate stands for that domain or host name (RFC 5922).
    public static boolean names(X509Certificate leaf, String name) {
        return SipIdentity.matches(leaf, name);
    }

    public X509Certificate leaf() {
        return chain.getFirst();
    }

    /// Signs and verifies 32 octets: proof for every kind of key, without looking into it.
    private static boolean fits(X509Certificate leaf, PrivateKey key) {
        var algorithm =
                switch (leaf.getPublicKey()) {
                    case ECPublicKey _ -> "SHA256withECDSA";
                    case RSAPublicKey _ -> "SHA256withRSA";
                    default -> "";
                };
        if (algorithm.isEmpty()) {
            return false;
        }
        return leaf.getPublicKey() instanceof RSAPublicKey open
                ? key instanceof java.security.interfaces.RSAKey secret
                        && open.getModulus().equals(secret.getModulus())
                : signs(leaf, key, algorithm);
    }

    private static boolean signs(X509Certificate leaf, PrivateKey key, String algorithm) {
        try {
            var sample = new byte[32];
            var signer = Signature.getInstance(algorithm, FipsProvider.CRYPTO);
            signer.initSign(key);
            signer.update(sample);
            var verifier = Signature.getInstance(algorithm, FipsProvider.CRYPTO);
            verifier.initVerify(leaf.getPublicKey());
            verifier.update(sample);
            return verifier.verify(signer.sign());
        } catch (GeneralSecurityException | RuntimeException e) {
            return false;
        }
    }

    /// Never shows the key.
    @Override
    public String toString() {
        return "Credentials[" + leaf().getSubjectX500Principal() + "]";
    }
}
