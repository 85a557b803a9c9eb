package org.surehop.adapter.sip;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.surehop.core.sip.ChannelSecurity;

/// A connection in clear that somebody made to us: it exists to tell the caller why it is refused
/// (POL-28), and for calls without e2e-sec where the operator accepts them. We never dial one.
final class TcpChannel implements Channel {
    private static final ChannelSecurity CLEAR = new ChannelSecurity.Clear();

    private final Socket raw;
    private final InetSocketAddress remote;

    TcpChannel(Socket raw) {
        this.raw = raw;
        this.remote = (InetSocketAddress) raw.getRemoteSocketAddress();
    }

    @Override
    public ChannelSecurity security() {
        return CLEAR;
    }

    @Override
    public InetSocketAddress remote() {
        return remote;
    }

    @Override
    public InputStream in() throws IOException {
        return raw.getInputStream();
    }

    @Override
    public void write(byte[] octets, int length) throws IOException {
        var out = raw.getOutputStream();
        out.write(octets, 0, length);
        out.flush();
    }

    @Override
    public void finish() {
        Sockets.finish(raw);
    }

    @Override
    public void drain(int most) throws IOException {
        Sockets.drain(raw, most);
    }

    @Override
    public void cut() {
        Sockets.cut(raw);
    }
}
