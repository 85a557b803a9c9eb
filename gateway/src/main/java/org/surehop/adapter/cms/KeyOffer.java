package org.surehop.adapter.cms;

import java.math.BigInteger;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.jspecify.annotations.Nullable;
import org.surehop.core.sip.Octets;

/// Reads what the unprotected attributes of an envelope say of its content key (RFC 3185, CEK-1):
/// whoever is on the way may have changed them, and gains nothing by it but an answer that cannot
/// be read.
final class KeyOffer {
    private static final ASN1ObjectIdentifier ATTRIBUTES =
            new ASN1ObjectIdentifier("1.2.840.113549.1.9.16.2");
    private static final ASN1ObjectIdentifier REFERENCE = ATTRIBUTES.branch("30");
    private static final ASN1ObjectIdentifier MAX_DECRYPTS = ATTRIBUTES.branch("31");
    private static final ASN1ObjectIdentifier DERIVATION = ATTRIBUTES.branch("32");
    private static final int MAX_REFERENCE = 64;

    private KeyOffer() {}

    /// Empty when there is no offer, or none that keeps to RFC 3185.
    static Optional<KeptKeys.Offer> read(@Nullable ASN1Set attributes) {
        if (attributes == null) {
            return Optional.empty();
        }
        try {
            var table = new AttributeTable(attributes);
            var reference = value(table, REFERENCE);
            return reference.isEmpty()
                    ? Optional.empty()
                    : Optional.of(offer(reference.get(), table));
        } catch (RuntimeException _) {
            // What the ASN.1 classes throw at another structure: not an offer then.
            return Optional.empty();
        }
    }

    private static KeptKeys.Offer offer(ASN1Encodable reference, AttributeTable table) {
        var octets = ASN1OctetString.getInstance(reference).getOctets();
        if (octets.length == 0 || octets.length > MAX_REFERENCE) {
            throw new IllegalArgumentException("expected a reference of a reasonable size");
        }
        var decrypts =
                value(table, MAX_DECRYPTS)
                        .map(v -> ASN1Integer.getInstance(v).getValue())
                        .orElse(BigInteger.ONE);
        return new KeptKeys.Offer(
                Octets.copyOf(octets),
                decrypts.min(BigInteger.valueOf(Integer.MAX_VALUE)).intValueExact(),
                value(table, DERIVATION).map(KeyDerivation::read));
    }

    private static Optional<ASN1Encodable> value(AttributeTable table, ASN1ObjectIdentifier type) {
        var attribute = table.get(type);
        if (attribute == null) {
            return Optional.empty();
        }
        if (table.getAll(type).size() != 1 || attribute.getAttrValues().size() != 1) {
            throw new IllegalArgumentException("expected one value");
        }
        return Optional.of(attribute.getAttributeValues()[0]);
    }
}
