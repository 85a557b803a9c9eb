package org.surehop.adapter.cms;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.Provider;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.surehop.core.config.Disclosure;
import org.surehop.core.disclosure.DisclosedPart;
import org.surehop.core.disclosure.SignerFacts;
import org.surehop.core.sip.Octets;

/// Opens entries of an archive with the archive's own key: for the command of whoever may read it,
/// never for the gateway.
public final class ArchiveOpener {
    /// An entry holds one message and a few layers more.
    private static final Disclosure ROOM =
            new Disclosure(
                    Disclosure.Profile.INSPECT, true, false, false, 496, 399, 32, 1024, 8, 1);

    private static final int MAX_OCTETS = 16 << 20;

    private final BodyReader reader;

    private ArchiveOpener(BodyReader reader) {
        this.reader = reader;
    }

    /// `trust` holds the CAs of the gateway that signed the entries.
    public static ArchiveOpener load(Path certificate, Path key, Path trust, Provider provider)
            throws KeyMaterialFault {
        var pair = KeyPairing.load("archive", certificate, key, provider);
        var authorities = PemSource.file("trust", trust.toString()).certificates(provider);
        var keys = new SmimeKeys(pair, pair, authorities, provider);
        return new ArchiveOpener(new BodyReader(keys, ROOM, MAX_OCTETS));
    }

    /// An entry in clear: its slip (JSON), the parts of its message, and the gateway's signature.
    public record Opened(String slip, List<DisclosedPart> parts, SignerFacts gateway) {
        public Opened {
            parts = List.copyOf(parts);
        }
    }

    /// Empty when the key does not open it or it is no entry. `at` is the time at which the
    /// gateway's certificate must have been in force.
    public Optional<Opened> open(byte[] sealed, Instant at) {
        var body = MimeText.smime("auth-enveloped-data", sealed);
        var facts = reader.read(body, List.of(), at);
        var parts = facts.parts();
        if (!facts.obstacles().isEmpty()
                || parts.isEmpty()
                || !parts.getFirst().mediaType().equals(ArchiveSeal.SLIP_TYPE)
                || parts.getFirst().signers().isEmpty()) {
            return Optional.empty();
        }
        var slip = text(parts.getFirst().octets());
        return Optional.of(
                new Opened(
                        slip,
                        parts.subList(1, parts.size()),
                        parts.getFirst().signers().getFirst()));
    }

    private static String text(Octets octets) {
        return new String(octets.toArray(), StandardCharsets.UTF_8);
    }
}
