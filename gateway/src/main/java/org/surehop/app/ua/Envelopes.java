package org.surehop.app.ua;

import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.surehop.adapter.cms.BodyReader;
import org.surehop.adapter.cms.EnvelopeMaker;
import org.surehop.adapter.cms.HopReportOpener;
import org.surehop.adapter.cms.KeyMaterialFault;
import org.surehop.adapter.cms.MixedBody;
import org.surehop.adapter.cms.SignatureMaker;
import org.surehop.adapter.cms.SmimeKeys;
import org.surehop.core.config.ContentKeys;
import org.surehop.core.config.Disclosure;
import org.surehop.core.config.Signers;
import org.surehop.core.config.SmimeReading;
import org.surehop.core.disclosure.BodyFacts.Obstacle;
import org.surehop.core.disclosure.DisclosedPart;
import org.surehop.core.disclosure.InspectLabel;
import org.surehop.core.disclosure.SignerFacts;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Octets;

/// The S/MIME of a user agent: seals what it sends for several readers and opens what it gets.
final class Envelopes {
    private static final int MAX_OCTETS = 64 * 1024;
    private static final Disclosure LIMITS =
            new Disclosure(Disclosure.Profile.INSPECT, false, false, false, 496, 399, 8, 32, 16, 1);

    private static final Set<Obstacle> UNOPENED =
            EnumSet.of(
                    Obstacle.NOT_A_RECIPIENT,
                    Obstacle.KEY_LOST,
                    Obstacle.ALGORITHM_REFUSED,
                    Obstacle.DECRYPTION_FAILED);

    private final Shape shape;
    private final X509Certificate own;
    private final BodyReader reader;
    private final HopReportOpener reports;
    private final SignatureMaker signer;
    private final EnvelopeMaker maker;
    private final String ownDomain;
    private final InstantSource clock = InstantSource.system();

    /// How a description is sealed; the names are those of the project's checklist (1.1.5).
    enum Shape {
        /// EnvelopedData around the description, not signed.
        N1,
        /// EnvelopedData around multipart/signed.
        N2,
        /// EnvelopedData around SignedData.
        N3,
        /// AuthEnvelopedData around SignedData (RFC 8551, RFC 8591).
        N11
    }

    /// A body that is ready to go, and the Content-ID that labels it.
    record Sealed(Body body, String contentId) {
        /// The row that tells the element of that name to read it (E2M-33).
        Header label(String host) {
            return new Header(
                    InspectLabel.HEADERS.getFirst(),
                    new InspectLabel(host, List.of(contentId)).toString());
        }
    }

    /// What could be read, and the certificates of those who signed it validly. `sealed`:
    /// something is encrypted and did not open.
    record Opened(
            List<DisclosedPart> parts, List<X509Certificate> signerCertificates, boolean sealed) {}

    /// `mediaType` is the one of hop reports; `ownDomain` our domain, in lower case.
    Envelopes(SmimeKeys keys, Shape shape, String mediaType, String ownDomain) {
        this(keys, shape, mediaType, ownDomain, List.of());
    }

    /// The same with files of revocation lists: what they name is not believed.
    Envelopes(SmimeKeys keys, Shape shape, String mediaType, String ownDomain, List<String> lists) {
        this.shape = shape;
        this.own = keys.recipient().certificate();
        this.reader = new BodyReader(keys, LIMITS, MAX_OCTETS, reading(lists));
        this.reports = new HopReportOpener(reader, mediaType);
        this.signer = new SignatureMaker(keys.signer(), keys.provider());
        this.maker = new EnvelopeMaker(keys.provider());
        this.ownDomain = ownDomain;
    }

    private static SmimeReading reading(List<String> lists) {
        var signers = SmimeReading.AT_ANY_TIME.signers();
        return new SmimeReading(
                SmimeReading.KeyTransport.OAEP,
                ContentKeys.DEFAULT,
                new Signers(
                        Signers.Revocation.SOFT,
                        lists,
                        false,
                        "",
                        signers.timeout(),
                        signers.signingAge()));
    }

    /// Throws when a revocation list cannot be read.
    Envelopes checked() throws KeyMaterialFault {
        reader.check();
        return this;
    }

    /// Encrypts a session description for all readers; there must be one.
    Sealed seal(Octets sdp, List<X509Certificate> readers, String contentId) {
        var plain = clear(sdp).body();
        var sealed =
                switch (shape) {
                    case N1 -> maker.enveloped(plain, readers);
                    case N2 -> maker.enveloped(signer.detached(plain), readers);
                    case N3 -> maker.enveloped(signer.opaque(plain), readers);
                    case N11 -> maker.authEnveloped(signer.opaque(plain), readers);
                };
        var headers = new ArrayList<>(sealed.headers());
        headers.add(new Header("Content-ID", "<" + contentId + ">"));
        return new Sealed(new Body(headers, sealed.octets()), contentId);
    }

    /// The offer, and beside it what only the callee shall read of the INVITE (POL-70): always
    /// signed, whatever the shape of the offer.
    Body withFragment(Body offer, Octets fragment, X509Certificate callee, String boundary) {
        var plain = new Body(List.of(new Header("Content-Type", Fragment.MEDIA_TYPE)), fragment);
        var signed = signer.opaque(plain);
        var sealed =
                shape == Shape.N11
                        ? maker.authEnveloped(signed, List.of(callee))
                        : maker.enveloped(signed, List.of(callee));
        return MixedBody.of(List.of(offer, MixedBody.optional(sealed, "sipfrag.p7m")), boundary);
    }

    /// The description as it is.
    Sealed clear(Octets sdp) {
        return new Sealed(
                new Body(List.of(new Header("Content-Type", "application/sdp")), sdp), "");
    }

    Opened open(Body body) {
        var signers = new ArrayList<X509Certificate>();
        var facts = reader.read(body, List.of(), clock.instant(), signers::add);
        var sealed = facts.obstacles().stream().anyMatch(UNOPENED::contains);
        return new Opened(facts.parts(), List.copyOf(signers), sealed);
    }

    /// Our own certificate, for who encrypted for another one: RFC 3261 §23.2 wants it with a
    /// 493, as a `certs-only` message (RFC 8551 §3.8).
    Body ownCertificate() {
        try {
            var path = CertificateFactory.getInstance("X.509").generateCertPath(List.of(own));
            return new Body(
                    List.of(
                            new Header(
                                    "Content-Type",
                                    "application/pkcs7-mime; smime-type=certs-only;"
                                            + " name=\"smime.p7c\"")),
                    Octets.copyOf(path.getEncoded("PKCS7")));
        } catch (CertificateException e) {
            throw new IllegalStateException("a certificate that was read cannot be written", e);
        }
    }

    /// Empty when it is no report.
    Optional<HopReportOpener.Opened> readHopReport(Body body) {
        return reports.open(body, clock.instant());
    }

    String ownDomain() {
        return ownDomain;
    }

    /// Why a certificate cannot be believed; empty when it can.
    Optional<String> distrust(X509Certificate certificate) {
        return switch (reader.standing(certificate, clock.instant())) {
            case VALID -> Optional.empty();
            case EXPIRED -> Optional.of("its certificate is not valid today");
            case REVOKED, REVOCATION_UNKNOWN -> Optional.of("it may have been revoked");
            case UNTRUSTED, STALE, DIGEST_OR_SIGNATURE_WRONG, CERTIFICATE_MISSING, UNSUPPORTED ->
                    Optional.of("nobody you trust vouches for its certificate");
        };
    }

    static boolean valid(Optional<SignerFacts> signer) {
        return signer.filter(s -> s.status() == SignerFacts.Status.VALID).isPresent();
    }
}
