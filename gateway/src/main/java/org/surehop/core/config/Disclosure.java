package org.surehop.core.config;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.surehop.core.sip.SipUri;

/// End-to-middle. `profile` is `INSPECT` (pinholes need a readable SDP) or `ROUTE_ONLY`
/// (DEP-3); `clearSdp` allows SDP that nobody encrypted; `requireSignature` asks for a
/// signature on SDP; `emitCode` is 496 or 493 or 488 (D7); `warnCode` is 399 or 380 (D6);
/// `demands` is what is asked of senders besides.
public record Disclosure(
        Profile profile,
        boolean clearSdp,
        boolean requireSignature,
        boolean hideInspectPolicy,
        int emitCode,
        int warnCode,
        int maxMimeDepth,
        int maxMimeParts,
        int maxRecipients,
        int workers,
        Demands demands) {
    public Disclosure {
        Valid.that(
                List.of(496, 493, 488).contains(emitCode),
                "disclosure.emit-code must be 496, 493 or 488");
        Valid.that(List.of(399, 380).contains(warnCode), "disclosure.warn-code must be 399 or 380");
        Valid.positive("disclosure.max-mime-depth", maxMimeDepth);
        Valid.positive("disclosure.max-mime-parts", maxMimeParts);
        Valid.positive("disclosure.max-recipients", maxRecipients);
        Valid.positive("disclosure.workers", workers);
    }

    /// What holds for that user (E2M-12).
    public Disclosure of(SipUri user) {
        return rule(user)
                .map(
                        r ->
                                new Disclosure(
                                        r.profile(),
                                        r.clearSdp(),
                                        r.requireSignature(),
                                        hideInspectPolicy,
                                        emitCode,
                                        warnCode,
                                        maxMimeDepth,
                                        maxMimeParts,
                                        maxRecipients,
                                        workers,
                                        demands))
                .orElse(this);
    }

    /// The same with one more rule, which comes before all others.
    public Disclosure with(UserRule first) {
        return withUsers(Stream.concat(Stream.of(first), demands.users().stream()).toList());
    }

    /// The same without rules for some users.
    public Disclosure forAll() {
        return withUsers(List.of());
    }

    private Disclosure withUsers(List<UserRule> users) {
        return new Disclosure(
                profile,
                clearSdp,
                requireSignature,
                hideInspectPolicy,
                emitCode,
                warnCode,
                maxMimeDepth,
                maxMimeParts,
                maxRecipients,
                workers,
                demands.with(users));
    }

    /// Whether nothing of what that user sends is looked at.
    public boolean spares(SipUri user) {
        return rule(user).filter(r -> r.profile() == Profile.ROUTE_ONLY).isPresent();
    }

    private Optional<UserRule> rule(SipUri user) {
        return demands.users().stream().filter(r -> r.speaksOf(user)).findFirst();
    }

    /// With the demands that hold when nothing is said.
    public Disclosure(
            Profile profile,
            boolean clearSdp,
            boolean requireSignature,
            boolean hideInspectPolicy,
            int emitCode,
            int warnCode,
            int maxMimeDepth,
            int maxMimeParts,
            int maxRecipients,
            int workers) {
        this(
                profile,
                clearSdp,
                requireSignature,
                hideInspectPolicy,
                emitCode,
                warnCode,
                maxMimeDepth,
                maxMimeParts,
                maxRecipients,
                workers,
                Demands.DEFAULT);
    }

    /// The two border profiles of DEP-3.
    public enum Profile {
        INSPECT,
        ROUTE_ONLY
    }
}
