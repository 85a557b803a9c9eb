package org.surehop.core.gateway;

/// On which terms a request and the dialogs that it makes cross: who asks for e2e-sec in them, and
/// by how much the CSeq numbers towards leg B run ahead of the caller's (POL-81).
final class Terms {
    Demand demand;
    long ahead;

    Terms(Demand demand) {
        this.demand = demand;
    }
}
