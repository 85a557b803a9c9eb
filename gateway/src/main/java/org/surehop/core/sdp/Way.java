package org.surehop.core.sdp;

import java.net.InetAddress;
import org.surehop.core.sdp.Flow.Transport;
import org.surehop.core.sdp.FlowRules.End;

/// One medium in one direction: what `sender` needs to reach `receiver`. `receiverOffered`: the
/// receiver is the author of the offer.
record Way(
        MediaDescription sender,
        End from,
        MediaDescription receiver,
        End to,
        SourcePolicy source,
        boolean receiverOffered) {

    /// A UDP flow to where the receiver listens; `port` is where the sender itself listens, which
    /// only the strict policy takes for the port it sends from.
    Flow udp(InetAddress source, int port, InetAddress destination, int at) {
        boolean exact = this.source == SourcePolicy.ADDR_AND_PORT;
        return new Flow(Transport.UDP, source, exact ? port : 0, destination, at);
    }

    MediaDescription offered() {
        return receiverOffered ? receiver : sender;
    }

    MediaDescription answered() {
        return receiverOffered ? sender : receiver;
    }
}
