package org.surehop.adapter.tls;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;

/// Which SIP domains a certificate speaks for (RFC 5922 §7.1, EDG-10) and whether it may be
/// used for SIP (EDG-12). Looks at the leaf only: a name in a CA certificate names nobody here.
final class SipIdentity {
    private static final int SAN_MAIL = 1;
    private static final int SAN_DNS = 2;
    private static final int SAN_URI = 6;
    private static final String SAN_EXTENSION = "2.5.29.17";

    /// id-kp-sipDomain (RFC 5924), serverAuth, clientAuth, anyExtendedKeyUsage.
    private static final Set<String> FIT_FOR_SIP =
            Set.of("1.3.6.1.5.5.7.3.20", "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "2.5.29.37.0");

    private SipIdentity() {}

    /// The identities in lower case, in the order of the certificate; empty when there are none
    /// or the extension is malformed.
    static List<String> of(X509Certificate leaf) {
        try {
            var names = leaf.getSubjectAlternativeNames();
            if (names != null) {
                return fromAlternativeNames(names);
            }
            return leaf.getExtensionValue(SAN_EXTENSION) == null ? commonName(leaf) : List.of();
        } catch (CertificateParsingException | RuntimeException e) {
            return List.of();
        }
    }

    /// Whole domains only, case-insensitive; a wildcard matches nothing.
    static boolean matches(X509Certificate leaf, String domain) {
        return of(leaf).contains(canonical(domain));
    }

    static boolean fitForSip(X509Certificate leaf) {
        try {
            var usages = leaf.getExtendedKeyUsage();
            return usages == null || usages.stream().anyMatch(FIT_FOR_SIP::contains);
        } catch (CertificateParsingException e) {
            return false;
        }
    }

    /// SIP URIs with a user part, and mail addresses.
    static List<String> users(X509Certificate leaf) {
        try {
            var names = leaf.getSubjectAlternativeNames();
            if (names == null) {
                return List.of();
            }
            return names.stream()
                    .filter(name -> Set.of(SAN_MAIL, SAN_URI).contains(name.getFirst()))
                    .map(name -> String.valueOf(name.get(1)))
                    .filter(name -> name.indexOf('@') >= 0)
                    .toList();
        } catch (CertificateParsingException e) {
            return List.of();
        }
    }

    static String canonical(String domain) {
        var lower = domain.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    private static List<String> fromAlternativeNames(Collection<List<?>> names) {
        var uris = new ArrayList<String>();
        var hosts = new LinkedHashSet<String>();
        for (var name : names) {
            var value = name.get(1) instanceof String text ? text : "";
            switch ((Integer) name.getFirst()) {
                case SAN_URI -> uris.add(value);
                case SAN_DNS -> hosts.add(canonical(value));
                default -> {}
            }
        }
        var sip = uris.stream().filter(u -> u.regionMatches(true, 0, "sip:", 0, 4)).toList();
        // A sip URI of a user is no domain identity, but it still says that this is a SIP
        // certificate: the DNS names are not looked at.
        return sip.isEmpty() ? usable(hosts) : usable(domains(sip));
    }

    private static Set<String> domains(List<String> sipUris) {
        var domains = new LinkedHashSet<String>();
        for (var uri : sipUris) {
            var rest = uri.substring(4);
            if (rest.indexOf('@') < 0) {
                domains.add(canonical(rest.split("[;?]", 2)[0]));
            }
        }
        return domains;
    }

    private static List<String> commonName(X509Certificate leaf) {
        var subject = X500Name.getInstance(leaf.getSubjectX500Principal().getEncoded());
        var names = subject.getRDNs(BCStyle.CN);
        if (names.length != 1 || names[0].isMultiValued()) {
            return List.of();
        }
        return usable(Set.of(canonical(IETFUtils.valueToString(names[0].getFirst().getValue()))));
    }

    private static List<String> usable(Set<String> names) {
        return names.stream().filter(SipIdentity::isDomain).toList();
    }

    /// Host names and address literals; anything else (wildcards, ports, spaces, NUL) names
    /// nobody.
    private static boolean isDomain(String name) {
        return name.matches("[a-z0-9]([a-z0-9.-]{0,252})") || name.matches("\\[[0-9a-f:.]{2,45}]");
    }
}
