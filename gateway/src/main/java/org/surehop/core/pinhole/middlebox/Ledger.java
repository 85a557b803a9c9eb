package org.surehop.core.pinhole.middlebox;

import java.util.List;
import java.util.Optional;
import org.surehop.core.pinhole.OperStatus;

/// What managers are told of the middlebox (RFC 5190): its rules, and how requests and rules fared.
/// Owned by the loop.
public final class Ledger {
    private final Rulebook book;
    private Tally reserves = Tally.NOTHING;
    private Tally enables = Tally.NOTHING;
    private Optional<List<PolicyRule>> told = Optional.of(List.of());

    Ledger(Rulebook book) {
        this.book = book;
    }

    /// A request was refused. Of those for rules that are there already nobody counts.
    void refused(AgentRequest request, Failure failure) {
        switch (request) {
            case AgentRequest.Reserve _ ->
                    reserves = reserves.plus(Tally.refused(failure.isIncorrect()));
            case AgentRequest.Enable _ ->
                    enables = enables.plus(Tally.refused(failure.isIncorrect()));
            case AgentRequest.Establish _,
                    AgentRequest.Terminate _,
                    AgentRequest.ChangeRule _,
                    AgentRequest.ChangeGroup _,
                    AgentRequest.ListRules _,
                    AgentRequest.RuleStatus _,
                    AgentRequest.ListGroups _,
                    AgentRequest.GroupStatus _ -> {}
        }
    }

    void ended(List<Rule> rules, OperStatus how) {
        var kept = rules.stream().filter(r -> r.action() instanceof Rule.Action.Keep).count();
        reserves = reserves.plus(Tally.ended(how, kept));
        enables = enables.plus(Tally.ended(how, rules.size() - kept));
    }

    /// How reserve rules fared.
    public Tally reserves() {
        return reserves;
    }

    /// How enable rules fared.
    public Tally enables() {
        return enables;
    }

    /// The rules are others than before.
    void changed() {
        told = Optional.empty();
    }

    /// All rules; the same list as before when nothing has changed.
    public List<PolicyRule> rules() {
        if (told.isEmpty()) {
            told = Optional.of(List.copyOf(book.all().stream().map(PolicyRule::of).toList()));
        }
        return told.get();
    }
}
