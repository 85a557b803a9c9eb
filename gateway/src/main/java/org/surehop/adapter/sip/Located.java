package org.surehop.adapter.sip;

import java.net.InetSocketAddress;
import java.util.List;
import org.surehop.core.report.Reason;

/// Where a next hop may be dialled.
public sealed interface Located {
    /// TLS targets in the order to try.
    record Targets(List<InetSocketAddress> addresses) implements Located {
        public Targets {
            addresses = List.copyOf(addresses);
        }
    }

    /// `NO_TLS_TARGET` when the domain names only others (POL-20), `UNREACHABLE` when it has no
    /// address.
    record Nowhere(Reason reason, String why) implements Located {}
}
