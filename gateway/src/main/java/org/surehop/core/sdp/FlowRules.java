package org.surehop.core.sdp;

import java.net.InetAddress;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

/// How the flows of a pair are made: who may send (PIN-2), and how the firewall sees each party.
public record FlowRules(SourcePolicy source, End offerer, End answerer) {

    /// One party. `inside`: our firewall stands before it, so that only addresses of its own may
    /// have a pinhole. `addresses` and `ports` say which may: its own when it is inside, those that
    /// the inside may speak with when it is outside. They choose among ICE candidates only; an
    /// address without a choice is judged by the caller, who refuses the whole.
    public record End(boolean inside, Predicate<InetAddress> addresses, IntPredicate ports) {
        /// A party about which nothing is known but its side.
        public static End on(boolean inside) {
            return new End(inside, _ -> true, _ -> true);
        }
    }
}
