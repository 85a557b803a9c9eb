package org.surehop.app.ua;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.surehop.core.sip.Body;

/// The certificates that a description is encrypted for, and whether one that an element on the
/// way offers may be among them (E2M-34).
final class Readers {
    private static final int URI = 6;
    private static final int DNS = 2;

    private Readers() {}

    /// The outcome of looking at an offered certificate.
    sealed interface Offered permits Believed, Doubted {}

    record Believed(X509Certificate certificate) implements Offered {}

    record Doubted(String why) implements Offered {}

    /// Reads the certificate of a 496: its name must be the domain of the caller or of the callee,
    /// or the configured next hop, and it must be valid, vouched for and on no list of those that
    /// were revoked (`--crl`).
    static Offered offered(Body body, ProbePlan plan, Envelopes envelopes) {
        if (!body.mediaType().equals("application/pkix-cert")) {
            return new Doubted("the 496 came without a certificate (application/pkix-cert)");
        }
        try {
            var certificate =
                    (X509Certificate)
                            CertificateFactory.getInstance("X.509")
                                    .generateCertificate(
                                            new ByteArrayInputStream(body.octets().toArray()));
            var expected =
                    Set.of(
                            plan.via().domain().toLowerCase(Locale.ROOT),
                            plan.target().host(),
                            envelopes.ownDomain());
            var names = domains(certificate);
            names.retainAll(expected);
            if (names.isEmpty()) {
                return new Doubted(
                        "the certificate names "
                                + name(certificate)
                                + ", expected one of "
                                + String.join(", ", expected.stream().sorted().toList()));
            }
            return envelopes
                    .distrust(certificate)
                    .<Offered>map(Doubted::new)
                    .orElseGet(() -> new Believed(certificate));
        } catch (CertificateException e) {
            return new Doubted("the certificate in the 496 cannot be read");
        }
    }

    /// The plan with one more reader, for whom the offer is labelled too.
    static ProbePlan with(ProbePlan plan, X509Certificate more) {
        var readers = new ArrayList<>(plan.readers());
        readers.add(more);
        var inspectors = new ArrayList<>(plan.inspectors());
        inspectors.addAll(domains(more));
        return new ProbePlan(
                plan.target(),
                plan.via(),
                readers,
                inspectors,
                false,
                plan.packets(),
                plan.hold(),
                plan.ringing(),
                plan.transaction(),
                plan.assurance(),
                plan.confidant());
    }

    static List<String> names(List<X509Certificate> certificates) {
        return certificates.stream().map(Readers::name).toList();
    }

    /// The first SIP or DNS name, else the subject.
    static String name(X509Certificate certificate) {
        return alternatives(certificate).stream()
                .findFirst()
                .orElse(certificate.getSubjectX500Principal().getName());
    }

    /// The hosts that the certificate speaks for: names of domains, not of users.
    static Set<String> domains(X509Certificate certificate) {
        var domains = new HashSet<String>();
        for (var name : alternatives(certificate)) {
            var host = name.startsWith("sip:") ? name.substring(4) : name;
            if (!host.contains("@")) {
                domains.add(host.toLowerCase(Locale.ROOT));
            }
        }
        return domains;
    }

    private static List<String> alternatives(X509Certificate certificate) {
        try {
            var all = certificate.getSubjectAlternativeNames();
            return all == null
                    ? List.of()
                    : all.stream()
                            .filter(
                                    n ->
                                            n.getFirst() instanceof Integer i
                                                    && (i == URI || i == DNS))
                            .map(n -> String.valueOf(n.get(1)))
                            .toList();
        } catch (CertificateParsingException e) {
            return List.of();
        }
    }
}
