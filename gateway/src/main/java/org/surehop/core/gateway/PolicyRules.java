package org.surehop.core.gateway;

import java.time.Duration;
import java.util.List;
import org.surehop.core.pinhole.middlebox.PolicyRule;
import org.surehop.core.pinhole.middlebox.Tally;

/// All policy rules at one moment, and what this middlebox can (RFC 5190). The lists are immutable,
/// and the same as those of the moment before as long as no rule has changed: who sorts them need
/// not do it again.
///
/// @param ofCalls what calls have open
/// @param ofAgents what agents of other boxes have reserved or open
/// @param reserves how reserve rules fared; `enables`, how enable rules did
public record PolicyRules(
        List<PolicyRule> ofCalls,
        List<PolicyRule> ofAgents,
        Tally reserves,
        Tally enables,
        Abilities abilities) {
    public static final PolicyRules NONE =
            new PolicyRules(
                    List.of(),
                    List.of(),
                    Tally.NOTHING,
                    Tally.NOTHING,
                    new Abilities(Duration.ZERO, false, false));

    public PolicyRules {
        ofCalls = List.copyOf(ofCalls);
        ofAgents = List.copyOf(ofAgents);
    }

    /// What the middlebox can; rules do not outlive it.
    public record Abilities(Duration maxLifetime, boolean firewall, boolean nat) {}
}
