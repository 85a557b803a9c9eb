package org.surehop.core.disclosure;

import org.surehop.core.sip.CallId;
import org.surehop.core.sip.SipUri;

/// Between whom a content key may be used again (CEK-7): one dialog, or, for messages outside of
/// dialogs, one pair of parties. A key that was learnt in one scope opens nothing in another.
public record KeyScope(String name) {
    /// Nothing is kept and nothing is found.
    public static final KeyScope NONE = new KeyScope("");

    /// One call: its Call-ID, and the gateway's own number for it, which no peer can choose.
    public static KeyScope ofCall(CallId callId, String owner) {
        return new KeyScope("call " + owner + " " + callId.value());
    }

    /// Two parties that exchange messages without a dialog, in either direction (DEP-2).
    public static KeyScope ofPair(SipUri one, SipUri other) {
        var first = party(one);
        var second = party(other);
        var sorted = first.compareTo(second) < 0 ? first + " " + second : second + " " + first;
        return new KeyScope("pair " + sorted);
    }

    /// User and host, each behind its length, so that no two pairs look alike.
    private static String party(SipUri uri) {
        return uri.user().length() + ":" + uri.user() + "@" + uri.host();
    }
}
