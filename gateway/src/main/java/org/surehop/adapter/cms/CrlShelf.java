package org.surehop.adapter.cms;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.cert.CRLException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.surehop.core.config.Signers;

/// Certificate revocation lists (RFC 5280 §5, §6.3), from files, which are read again when they
/// change, and from the places that certificates name. A list counts when the issuer of the
/// certificate has signed it; to say "good" it must also be in force. For several threads.
final class CrlShelf {
    private static final int MAX_OCTETS = 4 * 1024 * 1024;
    private static final int MAX_FETCHED = 64;
    private static final Duration LOOK = Duration.ofSeconds(2);
    private static final Duration LONGEST = Duration.ofHours(24);
    private static final Duration SKEW = Duration.ofMinutes(5);
    private static final String INDIRECT = Extension.issuingDistributionPoint.getId();

    private final Provider provider;
    private final Signers policy;
    private final Retrieval retrieval;
    private final Map<String, Fetched> fetched = new LinkedHashMap<>();
    private List<X509CRL> filed = List.of();
    private List<Long> stamps = List.of();
    private Instant looked = Instant.MIN;

    private record Fetched(X509CRL list, Instant until) {}

    CrlShelf(Provider provider, Signers policy, Retrieval retrieval) {
        this.provider = provider;
        this.policy = policy;
        this.retrieval = retrieval;
    }

    /// What the lists say of a certificate of that issuer.
    Standing standing(X509Certificate certificate, X509Certificate issuer, Instant now) {
        var standing = Standing.UNKNOWN;
        for (var list : filed(now)) {
            standing = better(standing, says(list, certificate, issuer, now));
        }
        if (standing != Standing.UNKNOWN || !policy.fetch()) {
            return standing;
        }
        for (var url : places(certificate)) {
            var list = fetched(url, now);
            if (list.isPresent()) {
                standing = better(standing, says(list.get(), certificate, issuer, now));
            }
        }
        return standing;
    }

    private static Standing better(Standing one, Standing other) {
        return one == Standing.REVOKED || other == Standing.UNKNOWN ? one : other;
    }

    private Standing says(
            X509CRL list, X509Certificate certificate, X509Certificate issuer, Instant now) {
        try {
            if (!list.getIssuerX500Principal().equals(certificate.getIssuerX500Principal())
                    || !maySign(issuer)
                    || !understood(list)) {
                return Standing.UNKNOWN;
            }
            list.verify(issuer.getPublicKey(), provider);
            if (list.getRevokedCertificate(certificate) != null) {
                // Also by a list that is out of date: nobody comes back from revocation.
                return Standing.REVOKED;
            }
            return inForce(list, now) ? Standing.GOOD : Standing.UNKNOWN;
        } catch (GeneralSecurityException | RuntimeException _) {
            return Standing.UNKNOWN;
        }
    }

    private static boolean maySign(X509Certificate issuer) {
        var usage = issuer.getKeyUsage();
        return usage == null || usage[6]; // cRLSign
    }

    private static boolean inForce(X509CRL list, Instant now) {
        return list.getNextUpdate() != null
                && list.getNextUpdate().after(Date.from(now))
                && list.getThisUpdate().before(Date.from(now.plus(SKEW)));
    }

    /// Whole lists of one issuer alone: no deltas, no parts, none that speak for others.
    private static boolean understood(X509CRL list) {
        var critical = list.getCriticalExtensionOIDs();
        if (critical == null || critical.isEmpty()) {
            return true;
        }
        if (!critical.equals(Set.of(INDIRECT))) {
            return false;
        }
        var octets = ASN1OctetString.getInstance(list.getExtensionValue(INDIRECT)).getOctets();
        var point = IssuingDistributionPoint.getInstance(octets);
        return !point.isIndirectCRL()
                && !point.onlyContainsAttributeCerts()
                && !point.onlyContainsCACerts()
                && !point.onlyContainsUserCerts()
                && point.getOnlySomeReasons() == null;
    }

    // ---- files ----

    private synchronized List<X509CRL> filed(Instant now) {
        if (policy.crlFiles().isEmpty() || now.isBefore(looked.plus(LOOK))) {
            return filed;
        }
        looked = now;
        var current = policy.crlFiles().stream().map(CrlShelf::stamp).toList();
        if (!current.equals(stamps)) {
            var read = new ArrayList<X509CRL>();
            for (var file : policy.crlFiles()) {
                read.addAll(readable(file));
            }
            filed = List.copyOf(read);
            stamps = current;
        }
        return filed;
    }

    private static long stamp(String file) {
        try {
            var path = Path.of(file);
            return Files.getLastModifiedTime(path).toMillis() * 31 + Files.size(path);
        } catch (IOException _) {
            return -1;
        }
    }

    /// A list that cannot be read is one that is not there: nothing is known by it.
    private List<X509CRL> readable(String file) {
        try {
            return read(file);
        } catch (IOException | GeneralSecurityException | RuntimeException _) {
            return List.of();
        }
    }

    /// All lists of a file, in PEM or DER.
    private List<X509CRL> read(String file) throws IOException, GeneralSecurityException {
        if (Files.size(Path.of(file)) > MAX_OCTETS) {
            throw new IOException("larger than allowed");
        }
        var factory = CertificateFactory.getInstance("X.509", provider);
        try (var in = Files.newInputStream(Path.of(file))) {
            return factory.generateCRLs(in).stream().map(X509CRL.class::cast).toList();
        }
    }

    /// Says what is wrong with the configured files, before anything starts.
    void check() throws KeyMaterialFault {
        for (var file : policy.crlFiles()) {
            try {
                if (read(file).isEmpty()) {
                    throw new CRLException("none");
                }
            } catch (IOException | GeneralSecurityException | RuntimeException _) {
                throw new KeyMaterialFault(
                        "smime.signers.crl-files: file "
                                + file
                                + ": expected certificate revocation lists in PEM or DER, at most "
                                + MAX_OCTETS
                                + " octets");
            }
        }
    }

    // ---- places ----

    private Optional<X509CRL> fetched(String url, Instant now) {
        synchronized (fetched) {
            var known = fetched.get(url);
            if (known != null && known.until().isAfter(now)) {
                return Optional.of(known.list());
            }
        }
        var list = retrieval.ask(url, null, MAX_OCTETS, now).flatMap(this::parsed);
        list.ifPresent(l -> keep(url, l, now));
        return list;
    }

    private Optional<X509CRL> parsed(byte[] octets) {
        try {
            var factory = CertificateFactory.getInstance("X.509", provider);
            var read = factory.generateCRL(new ByteArrayInputStream(octets));
            return read instanceof X509CRL list ? Optional.of(list) : Optional.empty();
        } catch (GeneralSecurityException | RuntimeException _) {
            return Optional.empty();
        }
    }

    private void keep(String url, X509CRL list, Instant now) {
        var until = now.plus(LONGEST);
        var next = list.getNextUpdate() == null ? now : list.getNextUpdate().toInstant();
        synchronized (fetched) {
            if (fetched.size() >= MAX_FETCHED) {
                fetched.remove(fetched.keySet().iterator().next());
            }
            fetched.put(url, new Fetched(list, next.isBefore(until) ? next : until));
        }
    }

    private static List<String> places(X509Certificate certificate) {
        var value = certificate.getExtensionValue(Extension.cRLDistributionPoints.getId());
        if (value == null) {
            return List.of();
        }
        var found = new ArrayList<String>();
        try {
            var points = CRLDistPoint.getInstance(ASN1OctetString.getInstance(value).getOctets());
            for (var point : points.getDistributionPoints()) {
                var name = point.getDistributionPoint();
                if (name != null
                        && name.getType() == DistributionPointName.FULL_NAME
                        && found.size() < 2) {
                    urls(GeneralNames.getInstance(name.getName()), found);
                }
            }
        } catch (RuntimeException _) {
            return List.of();
        }
        return found;
    }

    private static void urls(GeneralNames names, List<String> found) {
        for (var name : names.getNames()) {
            if (name.getTagNo() == GeneralName.uniformResourceIdentifier) {
                found.add(name.getName().toString());
            }
        }
    }
}
