package org.surehop.adapter.sip;

import java.io.IOException;
import java.io.InputStream;

/// A byte stream to a peer. Only TLS is permitted, so that no code can write a request in clear:
/// there is no type to write it to (POL-21).
sealed interface Channel permits TlsChannel {
    InputStream in() throws IOException;

    /// Writes all octets and flushes.
    void write(byte[] octets, int length) throws IOException;

    /// Ends our direction, so that what was written arrives before the end.
    void finish();

    /// Ends both directions at once, from any thread, without waiting.
    void cut();
}
