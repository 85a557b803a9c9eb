package org.surehop.adapter.pcp;

import java.util.List;
import org.surehop.core.report.Reason;
import org.surehop.core.sdp.Flow;

/// What a [PcpClient] wants done; called from within its methods.
interface Outcomes {
    /// Sends one message to the server; a lost one is sent again later.
    void send(byte[] octets);

    /// The change is in force upstream.
    void applied(long number);

    /// Nothing of the change is in force upstream, or what is goes.
    void failed(long number, Reason reason);

    /// Mappings that the core still wants have ended.
    void vanished(List<Flow> flows);
}
