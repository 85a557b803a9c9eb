package org.surehop.adapter.cms;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.surehop.core.assurance.HopReport;
import org.surehop.core.disclosure.SignerFacts;
import org.surehop.core.sip.Body;

/// Reads the body of an e2e-sec NOTIFY: the signature around it if there is one, then its XML
/// (POL-46, POL-47). May be used by several threads.
public final class HopReportOpener {
    private final BodyReader reader;
    private final String mediaType;

    /// `mediaType` is the one that a report has, in lower case.
    public HopReportOpener(BodyReader reader, String mediaType) {
        this.reader = reader;
        this.mediaType = mediaType;
    }

    /// A report and who signed it; empty when nobody did.
    public record Opened(HopReport report, Optional<SignerFacts> signer) {}

    /// Empty when the body is not exactly one report of that type, or a hostile one.
    public Optional<Opened> open(Body body, Instant now) {
        try {
            return Optional.of(read(body, now));
        } catch (BodyFault _) {
            return Optional.empty();
        }
    }

    Opened read(Body body, Instant now) throws BodyFault {
        // A report is signed, never encrypted: it may not cost our private key (R-SEC-7).
        var facts = reader.read(body, List.of(), now, new KeyOperations(0));
        if (!facts.obstacles().isEmpty() || facts.parts().size() != 1) {
            throw BodyFault.malformed();
        }
        var part = facts.parts().getFirst();
        if (!part.mediaType().equals(mediaType)) {
            throw BodyFault.malformed();
        }
        var report = HopReportReader.read(part.octets().toArray());
        return new Opened(report, part.signers().stream().findFirst());
    }
}
