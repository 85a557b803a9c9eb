package org.surehop.core.report;

/// A notice that is safe in the journal. `seq` grows by one per notice over the whole life of the
/// journal, so that a receiver sees a gap; `bootId` names the run of the gateway that wrote it.
/// Both together name the entry: a receiver that gets it twice can tell.
public record JournalEntry(long seq, String bootId, Notice notice) {}
