package org.surehop.adapter.sip;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;

/// What every channel does with its socket. `stream` carries the octets: the socket itself, or the
/// TLS on top of it.
abstract class SocketEnd {
    private final Socket raw;
    private final Socket stream;
    private final InetSocketAddress remote;

    SocketEnd(Socket raw, Socket stream) {
        this.raw = raw;
        this.stream = stream;
        this.remote = (InetSocketAddress) raw.getRemoteSocketAddress();
    }

    public final InetSocketAddress remote() {
        return remote;
    }

    public final InputStream in() throws IOException {
        return stream.getInputStream();
    }

    public final void write(byte[] octets, int length) throws IOException {
        var out = stream.getOutputStream();
        out.write(octets, 0, length);
        out.flush();
    }

    public void finish() {
        Sockets.finish(raw);
    }

    public final void drain(int most) throws IOException {
        Sockets.drain(raw, most);
    }

    public final void cut() {
        Sockets.cut(raw);
    }
}
