package org.surehop.core.gateway;

import org.surehop.core.config.LegMode;

/// On which terms a request and the dialogs that it makes cross: who asks for e2e-sec in them, and
/// by how much the CSeq numbers towards leg B run ahead of the caller's (POL-81). How much of a
/// message is kept is settled with the first request (D10).
final class Terms {
    final LegMode mode;
    Demand demand;
    long ahead;

    Terms(Demand demand, LegMode mode) {
        this.demand = demand;
        this.mode = mode;
    }
}
