package org.surehop.core.report;

import java.util.List;

/// Somebody outside who is told what the journal holds: an MQTT broker, one SNMP receiver. The
/// journal keeps a cursor per sink and moves it only over what the sink has acknowledged, so an
/// entry may arrive twice but never gets lost.
public interface Sink {
    /// Names the cursor; the same after a restart.
    String name();

    /// Sends the entries in their order and waits for the acknowledgements. Called on a thread that
    /// belongs to this sink alone. Answers how many entries, from the first on without a gap, have
    /// been acknowledged; the rest is offered again, after a while when it was none.
    int deliver(List<JournalEntry> entries) throws InterruptedException;
}
