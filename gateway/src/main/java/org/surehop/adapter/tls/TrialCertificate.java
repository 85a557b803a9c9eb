package org.surehop.adapter.tls;

import java.time.Duration;
import java.util.List;

/// What a certificate for trials shall say. Make one with [#tls] or [#smime] and change it with
/// the `with` methods.
///
/// @param commonName the subject's CN
/// @param uris URI names, such as `sip:example.com`
/// @param hosts DNS names
/// @param use what the key may be used for
/// @param key the kind of key
/// @param begins when validity begins, seen from now; negative is the past
/// @param lasts how long it lasts from there
public record TrialCertificate(
        String commonName,
        List<String> uris,
        List<String> hosts,
        Use use,
        Key key,
        Duration begins,
        Duration lasts) {
    private static final Duration AN_HOUR_AGO = Duration.ofHours(-1);
    private static final Duration A_YEAR = Duration.ofDays(365);

    public TrialCertificate {
        uris = List.copyOf(uris);
        hosts = List.copyOf(hosts);
        if (commonName.isBlank() || lasts.isNegative() || lasts.isZero()) {
            throw new IllegalArgumentException("a certificate has a name and a time");
        }
    }

    /// What a key may be used for: key usage and extended key usage follow from it.
    public enum Use {
        /// Server and client of TLS.
        TLS,
        /// S/MIME: signs and, with EC, agrees on keys; an RSA key only decrypts.
        SMIME,
        /// Signs S/MIME only: the partner of an RSA key that decrypts.
        SMIME_SIGNING,
        /// Signs code: fit for nothing here, for trials of the refusal.
        CODE_SIGNING
    }

    /// Kinds of key.
    public enum Key {
        EC_P256,
        RSA_2048,
        RSA_3072
    }

    /// A TLS certificate of a SIP domain: `sip:domain` as URI and the domain as DNS name.
    public static TrialCertificate tls(String domain) {
        return new TrialCertificate(
                domain,
                List.of("sip:" + domain),
                List.of(domain),
                Use.TLS,
                Key.EC_P256,
                AN_HOUR_AGO,
                A_YEAR);
    }

    /// An S/MIME certificate of a user (`alice@example.com`) or of a domain.
    public static TrialCertificate smime(String name) {
        return new TrialCertificate(
                name,
                List.of("sip:" + name),
                List.of(),
                Use.SMIME,
                Key.EC_P256,
                AN_HOUR_AGO,
                A_YEAR);
    }

    public TrialCertificate withNames(List<String> otherUris, List<String> otherHosts) {
        return new TrialCertificate(commonName, otherUris, otherHosts, use, key, begins, lasts);
    }

    public TrialCertificate withUse(Use other) {
        return new TrialCertificate(commonName, uris, hosts, other, key, begins, lasts);
    }

    public TrialCertificate withKey(Key other) {
        return new TrialCertificate(commonName, uris, hosts, use, other, begins, lasts);
    }

    public TrialCertificate withValidity(Duration otherBegin, Duration otherLength) {
        return new TrialCertificate(commonName, uris, hosts, use, key, otherBegin, otherLength);
    }
}
