package org.surehop.adapter.sip;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import org.surehop.core.sip.ChannelSecurity;

/// A byte stream to a peer, and what protects it. Requests are written to a [SecureChannel]; a
/// [TcpChannel] takes answers, and only such requests as have shown that they are not e2e-sec
/// (POL-21, POL-28).
sealed interface Channel permits SecureChannel, TcpChannel {
    ChannelSecurity security();

    InetSocketAddress remote();

    /// What has become of its protection since [#security] was true: empty, or one phrase. May wait
    /// for the kernel.
    default String flaw() {
        return "";
    }

    InputStream in() throws IOException;

    /// Writes all octets and flushes.
    void write(byte[] octets, int length) throws IOException;

    /// Ends our direction, so that what was written arrives before the end.
    void finish();

    /// Reads and forgets up to `most` octets that the peer still sends.
    void drain(int most) throws IOException;

    /// Ends both directions at once, from any thread, without waiting.
    void cut();
}
