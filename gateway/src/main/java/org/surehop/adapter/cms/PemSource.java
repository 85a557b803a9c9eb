package org.surehop.adapter.cms;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.surehop.core.config.SecretRef;

/// One PEM text of the configuration and what it is called there. The text never shows.
final class PemSource {
    private static final long MAX_OCTETS = 1_000_000;

    private final String place;
    private final String text;

    private PemSource(String place, String text) {
        this.place = place;
        this.text = text;
    }

    static PemSource file(String key, String path) throws KeyMaterialFault {
        var place = key + ": file " + path;
        try {
            if (Files.size(Path.of(path)) > MAX_OCTETS) {
                throw new KeyMaterialFault(
                        place + ": expected a PEM file of at most " + MAX_OCTETS + " octets");
            }
            return new PemSource(
                    place, Files.readString(Path.of(path), StandardCharsets.ISO_8859_1));
        } catch (IOException | java.nio.file.InvalidPathException _) {
            throw new KeyMaterialFault(
                    place + ": cannot be read; expected a PEM file that this process may read");
        }
    }

    static PemSource secret(String key, SecretRef reference) throws KeyMaterialFault {
        return switch (reference.kind()) {
            case FILE -> file(key, reference.name());
            case ENV -> {
                var place = key + ": environment variable " + reference.name();
                var value =
                        Optional.ofNullable(System.getenv(reference.name()))
                                .orElseThrow(
                                        () ->
                                                new KeyMaterialFault(
                                                        place
                                                                + " is not set;"
                                                                + " expected a PEM private key"));
                yield new PemSource(place, value);
            }
        };
    }

    /// All certificates, at least one.
    List<X509Certificate> certificates(Provider provider) throws KeyMaterialFault {
        var found = new ArrayList<X509Certificate>();
        var converter = new JcaX509CertificateConverter().setProvider(provider);
        try (var parser = new PEMParser(new StringReader(text))) {
            for (var object = parser.readObject(); object != null; object = parser.readObject()) {
                if (object instanceof X509CertificateHolder holder) {
                    found.add(converter.getCertificate(holder));
                }
            }
        } catch (IOException | CertificateException | RuntimeException _) {
            throw fault("expected PEM certificates (BEGIN CERTIFICATE)");
        }
        if (found.isEmpty()) {
            throw fault("expected at least one PEM certificate (BEGIN CERTIFICATE)");
        }
        return found;
    }

    /// Whether a private key of any form is in it, encrypted or not.
    boolean holdsKey() {
        return text.contains("PRIVATE KEY");
    }

    PrivateKey privateKey(Provider provider) throws KeyMaterialFault {
        var converter = new JcaPEMKeyConverter().setProvider(provider);
        try (var parser = new PEMParser(new StringReader(text))) {
            for (var object = parser.readObject(); object != null; object = parser.readObject()) {
                if (object instanceof PrivateKeyInfo info) {
                    return converter.getPrivateKey(info);
                }
                if (object instanceof PEMKeyPair pair) {
                    return converter.getPrivateKey(pair.getPrivateKeyInfo());
                }
            }
        } catch (IOException | RuntimeException _) {
            // Said below, without the cause: it might quote the key.
        }
        throw fault("expected an unencrypted PEM private key (EC P-256 or P-384, or RSA)");
    }

    KeyMaterialFault fault(String expected) {
        return new KeyMaterialFault(place + ": " + expected);
    }
}
