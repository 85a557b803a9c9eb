package org.surehop.adapter.tls;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.crypto.CryptoServicesRegistrar;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.surehop.core.config.SecretRef;

/// A small certificate authority for trials and demonstrations, EC P-256. Not for a network
/// that matters: its key lies in a file, it revokes nothing.
public final class TrialAuthority {
    /// The names of the authority's own files.
    public static final String CERTIFICATE_FILE = "ca.pem";

    /// The private key of the authority, readable by its owner only.
    public static final String KEY_FILE = "ca.key";

    private static final Duration TEN_YEARS = Duration.ofDays(3650);
    private static final int SERIAL_BITS = 127;

    private final X509Certificate certificate;
    private final PrivateKey key;
    private final InstantSource clock;

    private TrialAuthority(X509Certificate certificate, PrivateKey key, InstantSource clock) {
        this.certificate = certificate;
        this.key = key;
        this.clock = clock;
    }

    /// Makes a new one, in memory.
    public static TrialAuthority named(String commonName, InstantSource clock) {
        FipsProvider.install();
        try {
            var pair = pair(TrialCertificate.Key.EC_P256);
            var name = name(commonName);
            var now = clock.instant();
            var builder =
                    new JcaX509v3CertificateBuilder(
                            name,
                            serial(),
                            Date.from(now.minus(Duration.ofHours(1))),
                            Date.from(now.plus(TEN_YEARS)),
                            name,
                            pair.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(
                    Extension.keyUsage,
                    true,
                    new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(
                    Extension.subjectKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createSubjectKeyIdentifier(pair.getPublic()));
            return new TrialAuthority(sign(builder, pair.getPrivate()), pair.getPrivate(), clock);
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new IllegalStateException("making a trial authority", e);
        }
    }

    /// Makes a new one and writes `ca.pem` and `ca.key`; refuses when one of them exists.
    public static TrialAuthority create(Path directory, String commonName, InstantSource clock)
            throws IOException {
        var made = named(commonName, clock);
        PemFiles.writeNew(
                directory.resolve(CERTIFICATE_FILE),
                directory.resolve(KEY_FILE),
                List.of(made.certificate),
                made.key);
        return made;
    }

    /// Reads back what [#create] wrote.
    public static TrialAuthority open(Path directory, InstantSource clock)
            throws CredentialException {
        var credentials =
                Credentials.load(
                        directory.resolve(CERTIFICATE_FILE).toString(),
                        new SecretRef(SecretRef.Kind.FILE, directory.resolve(KEY_FILE).toString()));
        return new TrialAuthority(credentials.leaf(), credentials.key(), clock);
    }

    public X509Certificate certificate() {
        return certificate;
    }

    /// A new key with its certificate, signed by this authority.
    public Credentials issue(TrialCertificate wish) {
        try {
            var pair = pair(wish.key());
            return new Credentials(List.of(certify(wish, pair.getPublic())), pair.getPrivate());
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new IllegalStateException("issuing a trial certificate", e);
        }
    }

    /// Issues and writes `NAME.pem` and `NAME.key` (0600); refuses when one of them exists.
    public Credentials issue(TrialCertificate wish, Path directory, String fileName)
            throws IOException {
        var issued = issue(wish);
        PemFiles.writeNew(
                directory.resolve(fileName + ".pem"),
                directory.resolve(fileName + ".key"),
                issued.chain(),
                issued.key());
        return issued;
    }

    private X509Certificate certify(TrialCertificate wish, PublicKey subject)
            throws GeneralSecurityException, IOException, OperatorCreationException {
        var from = clock.instant().plus(wish.begins());
        var builder =
                new JcaX509v3CertificateBuilder(
                        certificate.getSubjectX500Principal(),
                        serial(),
                        Date.from(from),
                        Date.from(from.plus(wish.lasts())),
                        name(wish.commonName()),
                        subject);
        var extensions = new JcaX509ExtensionUtils();
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(keyUsage(wish)));
        builder.addExtension(Extension.extendedKeyUsage, false, extended(wish.use()));
        builder.addExtension(
                Extension.subjectKeyIdentifier,
                false,
                extensions.createSubjectKeyIdentifier(subject));
        builder.addExtension(
                Extension.authorityKeyIdentifier,
                false,
                extensions.createAuthorityKeyIdentifier(certificate.getPublicKey()));
        var names = new ArrayList<GeneralName>();
        wish.uris()
                .forEach(u -> names.add(new GeneralName(GeneralName.uniformResourceIdentifier, u)));
        wish.hosts().forEach(h -> names.add(new GeneralName(GeneralName.dNSName, h)));
        if (!names.isEmpty()) {
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(names.toArray(GeneralName[]::new)));
        }
        return sign(builder, key);
    }

    private static int keyUsage(TrialCertificate wish) {
        if (wish.use() != TrialCertificate.Use.SMIME) {
            return KeyUsage.digitalSignature;
        }
        return wish.key() == TrialCertificate.Key.EC_P256
                ? KeyUsage.digitalSignature | KeyUsage.keyAgreement
                : KeyUsage.keyEncipherment;
    }

    private static ExtendedKeyUsage extended(TrialCertificate.Use use) {
        return switch (use) {
            case TLS ->
                    new ExtendedKeyUsage(
                            new KeyPurposeId[] {
                                KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
                            });
            case SMIME, SMIME_SIGNING -> new ExtendedKeyUsage(KeyPurposeId.id_kp_emailProtection);
            case CODE_SIGNING -> new ExtendedKeyUsage(KeyPurposeId.id_kp_codeSigning);
        };
    }

    private static KeyPair pair(TrialCertificate.Key kind) throws GeneralSecurityException {
        var generator =
                KeyPairGenerator.getInstance(
                        kind == TrialCertificate.Key.EC_P256 ? "EC" : "RSA", FipsProvider.CRYPTO);
        switch (kind) {
            case EC_P256 -> generator.initialize(new ECGenParameterSpec("P-256"));
            case RSA_2048 -> generator.initialize(2048);
            case RSA_3072 -> generator.initialize(3072);
        }
        return generator.generateKeyPair();
    }

    private static X509Certificate sign(JcaX509v3CertificateBuilder builder, PrivateKey key)
            throws GeneralSecurityException, OperatorCreationException {
        var signer =
                new JcaContentSignerBuilder("SHA256withECDSA")
                        .setProvider(FipsProvider.CRYPTO)
                        .build(key);
        return new JcaX509CertificateConverter()
                .setProvider(FipsProvider.CRYPTO)
                .getCertificate(builder.build(signer));
    }

    private static X500Principal name(String commonName) {
        return new X500Principal("CN=\"" + commonName.replace("\"", "") + "\"");
    }

    private static BigInteger serial() {
        return new BigInteger(SERIAL_BITS, CryptoServicesRegistrar.getSecureRandom())
                .add(BigInteger.ONE);
    }
}
