package org.surehop.adapter.cms;

import java.math.BigInteger;
import java.util.Map;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.crypto.PasswordBasedDeriver.KeyType;
import org.bouncycastle.crypto.fips.FipsDigestAlgorithm;
import org.bouncycastle.crypto.fips.FipsPBKD;
import org.bouncycastle.crypto.fips.FipsSHS;
import org.surehop.core.sip.Octets;

/// KEKDerivationAlg of RFC 3185: how the wrapping key of the next message comes from the content
/// key of this one when the two are not for the same algorithm (CEK-1, CEK-2).
record KeyDerivation(
        ASN1ObjectIdentifier wrap,
        FipsDigestAlgorithm digest,
        Octets salt,
        int iterations,
        int keyLength) {
    /// More rounds than this are somebody's wish to see us busy; the key is random already.
    static final int MAX_ITERATIONS = 10_000;

    private static final int MAX_SALT = 128;
    private static final int MAX_KEY = 32;

    private static final Map<ASN1ObjectIdentifier, FipsDigestAlgorithm> FUNCTIONS =
            Map.of(
                    PKCSObjectIdentifiers.id_hmacWithSHA1, FipsSHS.Algorithm.SHA1_HMAC,
                    PKCSObjectIdentifiers.id_hmacWithSHA256, FipsSHS.Algorithm.SHA256_HMAC,
                    PKCSObjectIdentifiers.id_hmacWithSHA384, FipsSHS.Algorithm.SHA384_HMAC,
                    PKCSObjectIdentifiers.id_hmacWithSHA512, FipsSHS.Algorithm.SHA512_HMAC);

    /// Reads `SEQUENCE { kekAlg, pbkdf2Param }`. Throws `IllegalArgumentException` for anything
    /// that is not that, or more than is reasonable.
    static KeyDerivation read(ASN1Encodable value) {
        var fields = ASN1Sequence.getInstance(value);
        if (fields.size() != 2) {
            throw new IllegalArgumentException("expected kekAlg and pbkdf2Param");
        }
        var wrap = AlgorithmIdentifier.getInstance(fields.getObjectAt(0)).getAlgorithm();
        var parameters = ASN1Sequence.getInstance(fields.getObjectAt(1));
        // The salt must be `specified`: an octet string, no algorithm.
        var salt = ASN1OctetString.getInstance(parameters.getObjectAt(0)).getOctets();
        var read = PBKDF2Params.getInstance(parameters);
        var digest = FUNCTIONS.get(read.getPrf().getAlgorithm());
        var length = read.getKeyLength();
        if (digest == null
                || length == null
                || salt.length > MAX_SALT
                || !within(read.getIterationCount(), MAX_ITERATIONS)
                || !within(length, MAX_KEY)) {
            throw new IllegalArgumentException("expected PBKDF2 with a key length, within limits");
        }
        return new KeyDerivation(
                wrap,
                digest,
                Octets.copyOf(salt),
                read.getIterationCount().intValueExact(),
                length.intValueExact());
    }

    private static boolean within(BigInteger number, int most) {
        return number.signum() > 0 && number.compareTo(BigInteger.valueOf(most)) <= 0;
    }

    byte[] derive(byte[] contentKey) {
        return new FipsPBKD.DeriverFactory()
                .createDeriver(
                        FipsPBKD.PBKDF2
                                .using(digest, contentKey)
                                .withSalt(salt.toArray())
                                .withIterationCount(iterations))
                .deriveKey(KeyType.CIPHER, keyLength);
    }
}
