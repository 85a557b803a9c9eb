package org.surehop.sim;

/// What must hold in every world.
enum Invariant {
    NO_RULE_WITHOUT_ASSURED("no rule is enabled without Assured"),
    ENDED_CALL_OWNS_NO_RULE("a terminated call owns no rule"),
    LOSERS_OWN_NO_RULE("a fork that has lost owns no rule"),
    RULES_GO_FIRST("a BYE goes on when the firewall holds nothing of its call any more"),
    ONE_FINAL_RESPONSE("each INVITE gets exactly one final response"),
    FIREWALL_EQUALS_CORE("after quiet the firewall's rules equal the core's"),
    SAME_SEED_SAME_HISTORY("the same seed gives the same history"),
    ASSURED_MEANS_ATTESTED(
            "no call is ASSURED unless every element of its Hop-Record attested validly"),
    GOOD_CALL_IS_ASSURED("a call that every hop attests is ASSURED when nothing disturbs it"),
    ONE_VERDICT("a request gets one verdict, and at most one upgrade of it"),
    FORGERIES_ARE_BOUNDED("of a request no more forgeries are told than it may have hops"),
    NO_503_TO_NOTIFY("a NOTIFY is never answered 503"),
    NOBODY_SPIES("a subscriber is told of his own requests only, by good reports"),
    LIMITS_HOLD("limits hold"),
    NO_LEAK("after quiet every table is empty"),
    COMES_TO_REST("a world without new calls comes to rest"),
    TAG_IS_KEPT("a request under e2e-sec leaves with the tag in both headers"),
    UNAWARE_CALLER_SEES_NOTHING("a caller who does not know e2e-sec is shown nothing of it"),
    INJECTED_TAG_IS_KEPT("a flow keeps the injected tag unless the callee has refused it"),
    NUMBERS_ONLY_RISE(
            "no leg uses a CSeq number twice unless its asker does, and a second try a higher one"),
    NOTHING_OF_ONE_SIDE_SHOWS("what leaves names no hop but the gateway"),
    TRANSPARENT_LEGS_KEEP(
            "a transparent leg keeps Contact and Vias, and the gateway stays in the path"),
    EVERY_2XX_IS_ACKNOWLEDGED("every 2xx of a callee is acknowledged"),
    NO_DIALOG_LEFT_BEHIND("when one leg has ended, the other is told"),
    ARCHIVED_BEFORE_IT_LEAVES("what must be archived before it goes on is archived, or refused"),
    ENTRY_LEARNS_ITS_OUTCOME("an entry learns once how its message fared"),
    STOPS_IN_ORDER("after an orderly stop no call goes on and no rule is left"),
    TIME_GOES_FORWARD("a deadline lies in the future"),
    NEVER_THROWS("no event makes the core throw");

    private final String words;

    Invariant(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }

    /// Ends the world when it does not hold.
    void require(boolean holds, Object... details) {
        if (!holds) {
            throw new Violation(this, details);
        }
    }

    /// An invariant was broken; the test adds the seed and the command that replays it.
    static final class Violation extends AssertionError {
        private static final long serialVersionUID = 1L;

        Violation(Invariant invariant, Object... details) {
            super(invariant + ": " + invariant.words + " | " + java.util.Arrays.toString(details));
        }
    }
}
