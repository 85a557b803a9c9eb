package org.surehop.adapter.sip;

import java.util.Locale;
import java.util.Optional;
import org.surehop.core.sip.NextHop;
import org.surehop.core.sip.Response;

/// Where a response goes when the connection of its request is gone (RFC 3261 §18.2.2): to the
/// address that the request came from, at the port of its sent-by, and by TLS only, where the
/// far end must prove the name of the sent-by (POL-25).
final class ReturnPath {
    private static final String RECEIVED = ";received=";

    private ReturnPath() {}

    /// Empty for a request that did not come over TLS: nothing goes back in clear.
    static Optional<NextHop> of(Response response) {
        var via = response.topVia();
        if (!via.transport().equals("TLS")) {
            return Optional.empty();
        }
        return Optional.of(new NextHop(bare(via.host()), received(via.text()), via.port()));
    }

    private static String received(String via) {
        var start = via.toLowerCase(Locale.ROOT).indexOf(RECEIVED);
        if (start < 0) {
            return "";
        }
        var from = start + RECEIVED.length();
        var end = via.indexOf(';', from);
        return bare((end < 0 ? via.substring(from) : via.substring(from, end)).strip());
    }

    private static String bare(String host) {
        return host.startsWith("[") && host.endsWith("]")
                ? host.substring(1, host.length() - 1)
                : host;
    }
}
