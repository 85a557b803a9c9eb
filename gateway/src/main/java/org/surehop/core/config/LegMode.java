package org.surehop.core.config;

/// How much of a message the two legs of a call, or of another dialog, keep (D10, EDG-62). From,
/// To, tags, Call-ID, CSeq, Date and bodies are kept in both.
public enum LegMode {
    /// Each leg has our own Contact and Via, and neither side learns where the other one is. A
    /// signed copy of a Contact cannot cross (POL-73).
    ANCHORED,
    /// The Contact is kept, Vias are stacked, and Record-Route keeps this gateway in the path: what
    /// is signed stays true, and each side sees the elements of the other.
    TRANSPARENT
}
