package org.surehop.adapter.tls;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.surehop.core.config.SecretRef;

/// Reads PEM: certificates (RFC 7468), and private keys as PKCS#8, SEC 1 (EC) or PKCS#1 (RSA).
/// At most 1 MiB per file.
final class Pem {
    private static final int MOST_OCTETS = 1 << 20;
    private static final String KEY_FORM =
            "an unencrypted private key in PEM (PKCS#8 'BEGIN PRIVATE KEY', 'BEGIN EC PRIVATE KEY'"
                    + " or 'BEGIN RSA PRIVATE KEY')";

    private Pem() {}

    /// All certificates of a file in its order; at least one.
    static List<X509Certificate> certificates(String file) throws CredentialException {
        var text = read(file, "one or more certificates in PEM");
        var found = new ArrayList<X509Certificate>();
        var converter = new JcaX509CertificateConverter().setProvider(FipsProvider.CRYPTO);
        try (var parser = new PEMParser(new StringReader(text))) {
            for (var item = parser.readObject(); item != null; item = parser.readObject()) {
                if (item instanceof X509CertificateHolder holder) {
                    found.add(converter.getCertificate(holder));
                }
            }
        } catch (IOException | CertificateException | RuntimeException e) {
            throw new CredentialException(
                    file + ": holds a certificate that cannot be read, expected PEM (RFC 7468)", e);
        }
        if (found.isEmpty()) {
            throw new CredentialException(
                    file + ": holds no certificate, expected 'BEGIN CERTIFICATE' in PEM");
        }
        return List.copyOf(found);
    }

    static PrivateKey key(SecretRef reference) throws CredentialException {
        var text =
                switch (reference.kind()) {
                    case FILE -> read(reference.name(), KEY_FORM);
                    case ENV -> environment(reference);
                };
        try (var parser = new PEMParser(new StringReader(text))) {
            for (var item = parser.readObject(); item != null; item = parser.readObject()) {
                var info = keyInfo(reference, item);
                if (info != null) {
                    return new JcaPEMKeyConverter()
                            .setProvider(FipsProvider.CRYPTO)
                            .getPrivateKey(info);
                }
            }
        } catch (IOException | RuntimeException e) {
            throw new CredentialException(
                    reference + ": holds a key that cannot be read, expected " + KEY_FORM, e);
        }
        throw new CredentialException(reference + ": holds no private key, expected " + KEY_FORM);
    }

    private static @org.jspecify.annotations.Nullable PrivateKeyInfo keyInfo(
            SecretRef reference, Object item) throws CredentialException {
        return switch (item) {
            case PrivateKeyInfo info -> info;
            case PEMKeyPair pair -> pair.getPrivateKeyInfo();
            case PKCS8EncryptedPrivateKeyInfo _ -> throw encrypted(reference);
            case PEMEncryptedKeyPair _ -> throw encrypted(reference);
            default -> null;
        };
    }

    private static CredentialException encrypted(SecretRef reference) {
        return new CredentialException(
                reference + ": the private key is encrypted, expected " + KEY_FORM);
    }

    private static String environment(SecretRef reference) throws CredentialException {
        var value = System.getenv(reference.name());
        if (value == null || value.isBlank()) {
            throw CredentialException.missing(
                    reference + ": the environment variable is not set, expected " + KEY_FORM);
        }
        return value;
    }

    private static String read(String file, String form) throws CredentialException {
        try {
            var path = Path.of(file);
            if (Files.isRegularFile(path) && Files.size(path) > MOST_OCTETS) {
                throw new CredentialException(
                        file + ": is larger than 1 MiB, expected " + form + " of at most 1 MiB");
            }
            return new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw CredentialException.missing(file + ": does not exist, expected " + form);
        } catch (IOException | RuntimeException e) {
            throw new CredentialException(file + ": cannot be read, expected " + form, e);
        }
    }
}
