package org.surehop.adapter.sip;

import java.net.Socket;
import org.surehop.core.sip.ChannelSecurity;

/// A connection in clear that somebody made to us: it exists to tell the caller why it is refused
/// (POL-28), and for calls without e2e-sec where the operator accepts them. We never dial one.
final class TcpChannel extends SocketEnd implements Channel {
    private static final ChannelSecurity CLEAR = new ChannelSecurity.Clear();

    TcpChannel(Socket raw) {
        super(raw, raw);
    }

    @Override
    public ChannelSecurity security() {
        return CLEAR;
    }
}
