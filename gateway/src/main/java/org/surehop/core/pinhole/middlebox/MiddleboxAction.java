package org.surehop.core.pinhole.middlebox;

import java.time.Instant;
import org.surehop.core.pinhole.OperStatus;
import org.surehop.core.pinhole.RuleSetChange;

/// What the middlebox wants done, in this order.
public sealed interface MiddleboxAction {

    /// What goes to an agent.
    sealed interface ToAgent extends MiddleboxAction {
        long session();
    }

    /// Answer request `transaction` of that session.
    record Reply(long session, long transaction, Answer answer) implements ToAgent {}

    /// Tell that session.
    record Notify(long session, Notification notification) implements ToAgent {}

    /// Close the connection of that session, after what was written to it.
    record End(long session) implements ToAgent {}

    /// Change the firewall, and say how it went.
    record Apply(RuleSetChange change) implements MiddleboxAction {}

    /// Report that a rule ended by itself, and how.
    record Ended(Rule rule, OperStatus how) implements MiddleboxAction {}

    /// Wake the middlebox for that rule then; a later wish takes the place of this one.
    record Wake(long rule, Instant at) implements MiddleboxAction {}
}
