package org.surehop.adapter.nftables;

import java.util.List;
import org.surehop.core.pinhole.FlowCounter;
import org.surehop.core.pinhole.RuleSetChange;

/// What keeps the flows open. Used by one thread, the one that made it.
public interface Firewall extends AutoCloseable {

    /// Does all of the changes, in order, or nothing. A flow to be disabled that is gone already is
    /// no fault.
    ///
    /// @return for each change the final counters of the flows that it disabled, zero for a flow
    ///     that was gone
    List<List<FlowCounter>> apply(List<RuleSetChange> changes) throws FirewallFault;

    /// Every flow that is open now, with its counters, as the firewall itself says. What somebody
    /// else has opened in our place is closed.
    List<FlowCounter> readBack() throws FirewallFault;

    /// Whether somebody else may have changed what is open since this was asked last.
    default boolean disturbed() {
        return false;
    }

    /// Does what may wait a moment after a change, many changes at once.
    default void tidy() {}

    /// Closes everything that is open.
    @Override
    void close() throws FirewallFault;
}
