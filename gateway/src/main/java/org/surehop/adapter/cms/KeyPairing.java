package org.surehop.adapter.cms;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.surehop.core.sip.Octets;

/// A private key with the certificate that tells the world of it.
public final class KeyPairing {
    private static final int MIN_RSA_BITS = 2048;

    private final PrivateKey key;
    private final X509Certificate certificate;
    private final X509CertificateHolder holder;

    /// Throws `IllegalArgumentException` with the expected form when the two do not belong
    /// together.
    public KeyPairing(PrivateKey key, X509Certificate certificate, Provider provider) {
        this.key = key;
        this.certificate = certificate;
        try {
            this.holder = new X509CertificateHolder(certificate.getEncoded());
        } catch (IOException | CertificateEncodingException _) {
            throw new IllegalArgumentException("expected an X.509 certificate");
        }
        if (!belongTogether(key, certificate, provider)) {
            throw new IllegalArgumentException(
                    "expected the private key of the certificate beside it"
                            + " (EC P-256 or P-384, or RSA of at least 2048 bits)");
        }
    }

    /// Reads a pair from two PEM files, for a user agent; `name` is what the fault calls it.
    public static KeyPairing load(String name, Path certificate, Path key, Provider provider)
            throws KeyMaterialFault {
        return load(
                PemSource.file(name + " certificate", certificate.toString()),
                PemSource.file(name + " key", key.toString()),
                provider);
    }

    /// Reads both from the places that the configuration names.
    static KeyPairing load(PemSource certificate, PemSource key, Provider provider)
            throws KeyMaterialFault {
        try {
            return new KeyPairing(
                    key.privateKey(provider),
                    certificate.certificates(provider).getFirst(),
                    provider);
        } catch (IllegalArgumentException fault) {
            throw key.fault(String.valueOf(fault.getMessage()));
        }
    }

    /// An RSA key is compared by its modulus, because a key that has decrypted may not sign
    /// afterwards in approved mode; an EC key signs one word and has it verified.
    private static boolean belongTogether(
            PrivateKey key, X509Certificate certificate, Provider provider) {
        if (key instanceof RSAPrivateKey secret) {
            return certificate.getPublicKey() instanceof RSAPublicKey open
                    && open.getModulus().equals(secret.getModulus())
                    && open.getModulus().bitLength() >= MIN_RSA_BITS;
        }
        if (!(certificate.getPublicKey() instanceof ECPublicKey open)
                || open.getParams().getCurve().getField().getFieldSize() > 384) {
            return false;
        }
        try {
            var word = new byte[] {1};
            var signer = Signature.getInstance("SHA256withECDSA", provider);
            signer.initSign(key);
            signer.update(word);
            var signature = signer.sign();
            signer.initVerify(open);
            signer.update(word);
            return signer.verify(signature);
        } catch (GeneralSecurityException _) {
            return false;
        }
    }

    PrivateKey key() {
        return key;
    }

    public X509Certificate certificate() {
        return certificate;
    }

    /// The certificate in DER, as a 496 carries it.
    public Octets der() {
        try {
            return Octets.copyOf(certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read can be written", e);
        }
    }

    boolean rsa() {
        return key instanceof RSAPrivateKey;
    }

    boolean sharesKeyWith(KeyPairing other) {
        return publicKeyInfo().equals(other.publicKeyInfo());
    }

    SubjectPublicKeyInfo publicKeyInfo() {
        return holder.getSubjectPublicKeyInfo();
    }

    boolean isNamed(X500Name issuer, BigInteger serial) {
        return holder.getSerialNumber().equals(serial) && holder.getIssuer().equals(issuer);
    }

    boolean isNamed(byte[] subjectKeyIdentifier) {
        var extension = holder.getExtension(Extension.subjectKeyIdentifier);
        return extension != null
                && Arrays.equals(
                        ASN1OctetString.getInstance(extension.getParsedValue()).getOctets(),
                        subjectKeyIdentifier);
    }

    @Override
    public String toString() {
        return "KeyPairing[" + certificate.getSubjectX500Principal() + "]";
    }
}
