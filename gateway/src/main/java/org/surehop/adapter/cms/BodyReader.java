package org.surehop.adapter.cms;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.cms.AuthEnvelopedData;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.EnvelopedData;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.surehop.core.config.Disclosure;
import org.surehop.core.config.SmimeReading;
import org.surehop.core.disclosure.BodyFacts;
import org.surehop.core.disclosure.BodyFacts.Obstacle;
import org.surehop.core.disclosure.DisclosedPart;
import org.surehop.core.disclosure.KeyScope;
import org.surehop.core.disclosure.SignerFacts;
import org.surehop.core.gateway.Effect;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Octets;

/// Takes a body apart, layer by layer, and tells what it found (N1 to N3, N6, N7, N11, plain
/// multipart). Never yields more octets than came in: there is no compression, and every layer only
/// shrinks. May be used by several threads.
public final class BodyReader {
    private static final Set<String> SMIME =
            Set.of("application/pkcs7-mime", "application/x-pkcs7-mime");
    private static final Set<String> SIGNATURE =
            Set.of("application/pkcs7-signature", "application/x-pkcs7-signature");

    private final KeptKeys kept;
    private final EnvelopeOpener envelopes;
    private final SignatureReader signatures;
    private final Disclosure policy;
    private final int maxOctets;

    /// `maxOctets` is the most that a body may have; the other limits are in the policy. What is
    /// read by this one alone leaves no content keys behind, and may have been signed long ago.
    public BodyReader(SmimeKeys keys, Disclosure policy, int maxOctets) {
        this(keys, policy, maxOctets, SmimeReading.AT_ANY_TIME);
    }

    /// The same, by other rules on keys and signers.
    public BodyReader(SmimeKeys keys, Disclosure policy, int maxOctets, SmimeReading reading) {
        this(keys, policy, maxOctets, reading, InstantSource.system());
    }

    BodyReader(
            SmimeKeys keys,
            Disclosure policy,
            int maxOctets,
            SmimeReading reading,
            InstantSource clock) {
        this.kept = new KeptKeys(reading.contentKeys(), clock);
        this.envelopes = new EnvelopeOpener(keys, reading);
        this.signatures = new SignatureReader(keys, reading.signers());
        this.policy = policy;
        this.maxOctets = maxOctets;
    }

    /// Reads the whole body or, where parts of it carry one of `contentIds`, of the encrypted parts
    /// beside each other only those. `now` is the time at which certificates must be valid.
    public BodyFacts read(Body body, List<String> contentIds, Instant now) {
        return read(body, contentIds, now, _ -> {});
    }

    /// The same; the certificates of all valid signers go to `signers`, so that a user agent can
    /// encrypt its answer for them (SM-1).
    public BodyFacts read(
            Body body, List<String> contentIds, Instant now, Consumer<X509Certificate> signers) {
        var operations = new KeyOperations(Effect.OpenBody.KEY_OPERATIONS);
        try (var lease = kept.enter(KeyScope.NONE)) {
            var means = new EnvelopeOpener.Means(new ReadingBudget(policy, operations), lease);
            return read(body, new Walk(means, Set.copyOf(contentIds), now, signers));
        }
    }

    /// The same, with our private key used no more often than that, and with the content keys of
    /// the dialog.
    BodyFacts read(
            Body body,
            List<String> contentIds,
            Instant now,
            KeyOperations operations,
            KeptKeys.Lease lease) {
        var means = new EnvelopeOpener.Means(new ReadingBudget(policy, operations), lease);
        return read(body, new Walk(means, Set.copyOf(contentIds), now, _ -> {}));
    }

    /// The same without a dialog.
    public BodyFacts read(
            Body body, List<String> contentIds, Instant now, KeyOperations operations) {
        try (var lease = kept.enter(KeyScope.NONE)) {
            return read(body, contentIds, now, operations, lease);
        }
    }

    /// Throws when a configured revocation list cannot be read.
    public void check() throws KeyMaterialFault {
        signatures.check();
    }

    /// Where content keys of bodies may be used for other bodies.
    KeptKeys kept() {
        return kept;
    }

    private BodyFacts read(Body body, Walk walk) {
        try {
            if (body.octets().length() > maxOctets) {
                throw BodyFault.tooComplex();
            }
            var entity = MimeEntity.of(body);
            Skeleton.check(entity, policy);
            walk.entity(entity, Cover.NONE, 1);
        } catch (BodyFault fault) {
            walk.obstacles.add(fault.obstacle());
        }
        return new BodyFacts(walk.parts, walk.obstacles);
    }

    /// Whether a certificate that somebody offers may be believed: in force, and vouched for by the
    /// CAs whose signers we trust, and not revoked as far as the rules on signers ask.
    public SignerFacts.Status standing(X509Certificate certificate, Instant now) {
        return signatures.pathStatus(certificate, List.of(certificate), now);
    }

    /// What lies around the entity that is being looked at.
    private record Cover(List<SignerFacts> signers, boolean encrypted, boolean withoutMac) {
        static final Cover NONE = new Cover(List.of(), false, false);

        Cover signedBy(List<SignerFacts> more) {
            var all = new ArrayList<>(signers);
            all.addAll(more);
            return new Cover(List.copyOf(all), encrypted, withoutMac);
        }

        Cover opened(boolean authentic) {
            return new Cover(signers, true, withoutMac || !authentic);
        }
    }

    /// One reading of one body.
    private final class Walk {
        private final EnvelopeOpener.Means means;
        private final ReadingBudget budget;
        private final Set<String> labels;
        private final Instant now;
        private final Consumer<X509Certificate> signers;
        private final List<DisclosedPart> parts = new ArrayList<>();
        private final Set<Obstacle> obstacles = EnumSet.noneOf(Obstacle.class);

        Walk(
                EnvelopeOpener.Means means,
                Set<String> labels,
                Instant now,
                Consumer<X509Certificate> signers) {
            this.signers = signers;
            this.means = means;
            this.budget = means.budget();
            this.labels = labels;
            this.now = now;
        }

        void entity(MimeEntity entity, Cover cover, int depth) throws BodyFault {
            budget.depth(depth);
            budget.takePart();
            var type = entity.mediaType();
            if (type.equals("multipart/signed")) {
                clearSigned(entity, cover, depth);
            } else if (type.startsWith("multipart/")) {
                multipart(entity, cover, depth);
            } else if (SMIME.contains(type)) {
                smime(entity.decoded(), cover, depth);
            } else if (type.equals("message/sip")) {
                tunnel(SipTunnel.read(entity.decoded()), entity, cover, depth);
            } else {
                leaf(entity, cover);
            }
        }

        private void leaf(MimeEntity entity, Cover cover) throws BodyFault {
            leaf(entity, entity.decoded(), cover);
        }

        private void leaf(MimeEntity entity, byte[] octets, Cover cover) throws BodyFault {
            parts.add(
                    new DisclosedPart(
                            entity.mediaType(),
                            entity.contentId(),
                            Octets.copyOf(octets),
                            cover.signers(),
                            cover.encrypted(),
                            cover.withoutMac() && cover.signers().isEmpty(),
                            entity.disposition(),
                            entity.optional()));
        }

        /// A whole SIP message (RFC 3261 §23.4, N8): its header rows for whoever compares them,
        /// and then what it carries.
        private void tunnel(SipTunnel tunnel, MimeEntity around, Cover cover, int depth)
                throws BodyFault {
            leaf(around, tunnel.head(), cover);
            if (tunnel.carries()) {
                entity(tunnel.body(), cover, depth + 1);
            }
        }

        private void multipart(MimeEntity entity, Cover cover, int depth) throws BodyFault {
            var children = entity.parts(budget.partsLeft());
            var labelled = children.stream().anyMatch(c -> labels.contains(c.contentId()));
            for (var child : children) {
                var skipped = labelled && SMIME.contains(child.mediaType()) && !wanted(child);
                if (!skipped) {
                    branch(child, cover, depth + 1);
                }
            }
        }

        private boolean wanted(MimeEntity child) {
            return labels.contains(child.contentId());
        }

        /// What is sealed for others only stops this branch; what is broken stops everything.
        private void branch(MimeEntity child, Cover cover, int depth) throws BodyFault {
            try {
                entity(child, cover, depth);
            } catch (BodyFault fault) {
                if (fault.fatal()) {
                    throw fault;
                }
                obstacles.add(fault.obstacle());
            }
        }

        private void clearSigned(MimeEntity entity, Cover cover, int depth) throws BodyFault {
            var children = entity.parts(budget.partsLeft());
            if (children.size() != 2 || !SIGNATURE.contains(children.get(1).mediaType())) {
                throw BodyFault.malformed();
            }
            budget.takePart();
            var content = children.getFirst();
            var info = contentInfo(children.get(1).decoded());
            var found = detached(info, content.raw());
            var canonical = content.canonicalRaw();
            if (canonical.length != content.raw().length && found.stream().allMatch(Walk::wrong)) {
                found = detached(info, canonical);
            }
            entity(content, cover.signedBy(found), depth + 1);
        }

        private static boolean wrong(SignerFacts signer) {
            return signer.status() == SignerFacts.Status.DIGEST_OR_SIGNATURE_WRONG;
        }

        private List<SignerFacts> detached(ContentInfo info, byte[] content) throws BodyFault {
            try {
                var data = new CMSSignedData(new CMSProcessableByteArray(content), info);
                if (!info.getContentType().equals(CMSObjectIdentifiers.signedData)
                        || !data.isDetachedSignature()) {
                    throw BodyFault.malformed();
                }
                return signers(data);
            } catch (CMSException | RuntimeException _) {
                throw BodyFault.malformed();
            }
        }

        private List<SignerFacts> signers(CMSSignedData data) throws BodyFault {
            var found = signatures.read(data, now, budget, signers);
            if (found.isEmpty()) {
                throw BodyFault.malformed();
            }
            return found;
        }

        private void smime(byte[] cms, Cover cover, int depth) throws BodyFault {
            var info = contentInfo(cms);
            var type = info.getContentType();
            if (type.equals(CMSObjectIdentifiers.signedData)) {
                opaqueSigned(info, cover, depth);
            } else if (type.equals(CMSObjectIdentifiers.envelopedData)) {
                var opened = envelopes.open(enveloped(info), means);
                inner(opened, cover, depth);
            } else if (type.equals(CMSObjectIdentifiers.authEnvelopedData)) {
                var opened = envelopes.open(authEnveloped(info), means);
                inner(opened, cover, depth);
            } else {
                // CompressedData and what is not known: nothing that we could read.
                throw new BodyFault(Obstacle.ALGORITHM_REFUSED);
            }
        }

        private void inner(EnvelopeOpener.Opened opened, Cover cover, int depth) throws BodyFault {
            var around = cover.opened(opened.authentic());
            try {
                entity(MimeEntity.parse(opened.content()), around, depth + 1);
            } catch (BodyFault fault) {
                // Without a MAC nobody can tell a forged block from a wrong one: telling wrong
                // padding from wrong content would decrypt for whoever asks often enough (SM-23).
                throw opened.authentic() || fault.obstacle() != Obstacle.MALFORMED
                        ? fault
                        : BodyFault.undecipherable();
            }
        }

        private void opaqueSigned(ContentInfo info, Cover cover, int depth) throws BodyFault {
            byte[] content;
            List<SignerFacts> signers;
            try {
                var data = new CMSSignedData(info);
                if (data.isCertificateManagementMessage()) {
                    return;
                }
                if (data.isDetachedSignature()
                        || !(data.getSignedContent().getContent() instanceof byte[] octets)) {
                    throw BodyFault.malformed();
                }
                content = octets;
                signers = signers(data);
            } catch (CMSException | RuntimeException _) {
                throw BodyFault.malformed();
            }
            entity(MimeEntity.parse(content), cover.signedBy(signers), depth + 1);
        }
    }

    private static ContentInfo contentInfo(byte[] cms) throws BodyFault {
        BerScan.check(cms);
        try {
            return ContentInfo.getInstance(ASN1Primitive.fromByteArray(cms));
        } catch (java.io.IOException | RuntimeException _) {
            throw BodyFault.malformed();
        }
    }

    private static EnvelopedData enveloped(ContentInfo info) throws BodyFault {
        try {
            return EnvelopedData.getInstance(info.getContent());
        } catch (RuntimeException _) {
            throw BodyFault.malformed();
        }
    }

    private static AuthEnvelopedData authEnveloped(ContentInfo info) throws BodyFault {
        try {
            return AuthEnvelopedData.getInstance(info.getContent());
        } catch (RuntimeException _) {
            throw BodyFault.malformed();
        }
    }
}
