package org.surehop.core.disclosure;

import java.util.Optional;
import org.surehop.core.config.Messages;
import org.surehop.core.disclosure.BodyFacts.Obstacle;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Side;
import org.surehop.core.sip.SipUri;
import org.surehop.core.sip.StatusCode;

/// Decides whether a MESSAGE may go on by what was found in its body (DEP-1, DEP-2, SVC-1). All of
/// it must be readable: of a message no part may hide from who must log it. `emitCode` is what a
/// body is answered with that cannot be read. Pure.
public record MessageJudge(Messages rule, boolean requireSignature, int emitCode) {
    /// What comes of it.
    public sealed interface Outcome {
        /// All was read, and no signature on it is in doubt.
        record Read() implements Outcome {}

        /// Something could not be read, and policy lets that pass.
        record Opaque(Reason reason) implements Outcome {}

        record Refused(Judgement.Refused refusal) implements Outcome {}
    }

    /// `sender` is the From address of record, `from` the side that the message came from.
    public Outcome judge(BodyFacts facts, SipUri sender, Side from) {
        var obstacles = facts.obstacles();
        if (obstacles.contains(Obstacle.BUSY)) {
            return refused(Reason.CONGESTION, 503);
        }
        if (obstacles.contains(Obstacle.TOO_COMPLEX)) {
            return refused(Reason.BODY_TOO_COMPLEX, 413);
        }
        if (obstacles.contains(Obstacle.OVER_BUDGET)) {
            return refused(Reason.KEY_BUDGET, 413);
        }
        if (obstacles.contains(Obstacle.MALFORMED)) {
            return refused(Reason.BODY_MALFORMED, 400);
        }
        var doubt = facts.parts().stream().flatMap(p -> doubt(p, sender).stream()).findFirst();
        if (doubt.isPresent()) {
            return refused(doubt.get(), doubt.get() == Reason.SIGNATURE_MISSING ? 495 : 403);
        }
        if (obstacles.isEmpty()) {
            return new Outcome.Read();
        }
        var reason = DisclosureJudge.unreadable(obstacles).orElse(Reason.NOT_A_RECIPIENT);
        return rule.opaqueMayPass(from) ? new Outcome.Opaque(reason) : refused(reason, emitCode);
    }

    /// A signature that does not hold, or that is not the sender's, is never treated as none; none
    /// is a fault where policy asks for one.
    private Optional<Reason> doubt(DisclosedPart part, SipUri sender) {
        var signers = part.signers();
        if (signers.isEmpty()) {
            return requireSignature ? Optional.of(Reason.SIGNATURE_MISSING) : Optional.empty();
        }
        if (signers.stream()
                .anyMatch(s -> s.status() == SignerFacts.Status.DIGEST_OR_SIGNATURE_WRONG)) {
            return Optional.of(Reason.SIGNATURE_INVALID);
        }
        var named =
                signers.stream().allMatch(s -> s.status() == SignerFacts.Status.VALID)
                        && signers.stream().anyMatch(s -> SignerName.matches(s, sender));
        return named ? Optional.empty() : Optional.of(Reason.SIGNER_UNVERIFIED);
    }

    private static Outcome refused(Reason reason, int status) {
        return new Outcome.Refused(new Judgement.Refused(reason, new StatusCode(status)));
    }
}
