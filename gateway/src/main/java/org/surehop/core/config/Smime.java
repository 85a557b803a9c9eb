package org.surehop.core.config;

/// The gateway's own S/MIME keys: one pair to be a recipient with, one to sign with (they may be
/// the same EC key; an RSA key that decrypts cannot sign). `trust` holds the CAs of signers.
public record Smime(
        String certificate,
        SecretRef key,
        String signingCertificate,
        SecretRef signingKey,
        String trust,
        SmimeReading reading) {
    /// With what is in force when nothing else is configured.
    public Smime(
            String certificate,
            SecretRef key,
            String signingCertificate,
            SecretRef signingKey,
            String trust) {
        this(certificate, key, signingCertificate, signingKey, trust, SmimeReading.DEFAULT);
    }
}
