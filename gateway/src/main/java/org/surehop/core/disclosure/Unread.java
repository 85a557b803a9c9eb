package org.surehop.core.disclosure;

/// The proof that policy lets a body pass which this gateway does not read: all that it knows is
/// that there is one. Only this room can make it, so that blind media (PIN-5) cannot be had for
/// what should have been read.
public final class Unread {
    Unread() {}
}
