package org.surehop.adapter.tls;

import java.security.SecureRandom;
import java.security.Security;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.bouncycastle.crypto.CryptoServicesRegistrar;
import org.bouncycastle.crypto.fips.FipsDRBG;
import org.bouncycastle.crypto.util.BasicEntropySourceProvider;
import org.bouncycastle.jcajce.provider.BouncyCastleFipsProvider;
import org.bouncycastle.jsse.provider.BouncyCastleJsseProvider;

/// Puts the FIPS module and its TLS provider in front of all others, in approved-only mode,
/// with a 256-bit DRBG as the default source of random numbers. Called from any thread, as
/// often as wanted; the first call costs the self-tests of the module (1 to 3 s).
public final class FipsProvider {
    /// The name of the provider of algorithms.
    public static final String CRYPTO = "BCFIPS";

    /// The name of the provider of TLS.
    public static final String TLS = "BCJSSE";

    private static final String APPROVED_ONLY = "org.bouncycastle.fips.approved_only";

    /// Held for ever: a logger that nobody holds forgets its level.
    private static final Logger NOISY = Logger.getLogger("org.bouncycastle.jsse");

    /// Says at each start which entries of the JDK's lists it does not know; ours are stricter.
    private static final Logger PEDANTIC =
            Logger.getLogger("org.bouncycastle.jsse.provider.DisabledAlgorithmConstraints");

    private static boolean ready;

    private FipsProvider() {}

    /// Throws `IllegalStateException` when the module was loaded earlier without approved-only
    /// mode.
    public static synchronized void install() {
        if (ready) {
            return;
        }
        System.setProperty(APPROVED_ONLY, "true");
        hardenDefaults();
        NOISY.setLevel(Level.SEVERE);
        PEDANTIC.setLevel(Level.SEVERE);
        var entropy = new SecureRandom();
        if (Security.getProvider(CRYPTO) == null) {
            Security.insertProviderAt(new BouncyCastleFipsProvider(), 1);
        }
        if (!CryptoServicesRegistrar.isInApprovedOnlyMode()) {
            throw new IllegalStateException(
                    "the FIPS module was loaded before approved-only mode was asked for");
        }
        CryptoServicesRegistrar.setSecureRandom(generator(entropy));
        if (Security.getProvider(TLS) == null) {
            Security.insertProviderAt(new BouncyCastleJsseProvider("fips:" + CRYPTO), 2);
        }
        ready = true;
    }

    /// What BCJSSE reads from system properties once, when its classes load (EDG-21): RFC 7627
    /// and RFC 5746 are demanded, a renegotiation is refused on both sides.
    private static void hardenDefaults() {
        System.setProperty("jdk.tls.useExtendedMasterSecret", "true");
        System.setProperty("jdk.tls.allowLegacyMasterSecret", "false");
        System.setProperty("jdk.tls.allowLegacyResumption", "false");
        System.setProperty("sun.security.ssl.allowLegacyHelloMessages", "false");
        System.setProperty("org.bouncycastle.jsse.client.acceptRenegotiation", "false");
        // A certificate for SIP alone (RFC 5924) is one that we may show.
        System.setProperty("org.bouncycastle.jsse.keyManager.checkEKU", "false");
        System.setProperty("jdk.tls.maxHandshakeMessageSize", "65536");
        System.setProperty("jdk.tls.maxCertificateChainLength", "6");
    }

    private static SecureRandom generator(SecureRandom entropy) {
        var nonce = new byte[32];
        entropy.nextBytes(nonce);
        return FipsDRBG.SHA512_HMAC
                .fromEntropySource(new BasicEntropySourceProvider(entropy, true))
                .setSecurityStrength(256)
                .setEntropyBitsRequired(256)
                .build(nonce, false);
    }
}
