package org.surehop.core.disclosure;

import java.util.List;

/// What must happen with a body before the message may go on.
public sealed interface Need {
    /// No body, or none that this gateway reads: go on, without any right to a pinhole.
    record NothingToRead() implements Need {}

    /// `application/sdp` that nobody protected: ask [DisclosureJudge#clear].
    record ClearSdp() implements Need {}

    /// S/MIME or multipart: have it opened, then ask [DisclosureJudge#judge]. `contentIds` are the
    /// labelled ones; empty means the whole body.
    record Open(List<String> contentIds) implements Need {
        public Open {
            contentIds = List.copyOf(contentIds);
        }
    }

    /// The body of a MESSAGE that policy or the archive wants read: ask [MessageJudge].
    record ReadMessage() implements Need {}

    /// The description passes unread, and blind media may be had for it (PIN-5).
    record OpenBlindly(Unread proof) implements Need {}

    /// The `Proxy-Inspect-Body` header is not the grammar: refuse (RFC 3261 §16.3 step 1).
    record BadLabel(Judgement.Refused refusal) implements Need {}
}
