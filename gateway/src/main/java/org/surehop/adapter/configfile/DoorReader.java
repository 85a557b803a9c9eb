package org.surehop.adapter.configfile;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.surehop.core.config.Authentication;
import org.surehop.core.config.Listener;
import org.surehop.core.config.Peer;

/// Reads who must show credentials, and what good ones are.
final class DoorReader {
    private DoorReader() {}

    static Authentication.Wish wish(Section s) {
        return s.choice("authenticate", Authentication.Wish.class, Authentication.Wish.NONE);
    }

    /// Credentials do not travel in clear (R-SEC-1).
    static Authentication.Wish wish(Section s, Listener.Transport transport) {
        var wish = wish(s);
        if (wish == Authentication.Wish.DIGEST && transport == Listener.Transport.TCP) {
            s.fault("authenticate", "digest needs transport: tls or ipsec, expected none");
            return Authentication.Wish.NONE;
        }
        return wish;
    }

    static Authentication read(Section root, List<Listener> listeners, List<Peer> peers) {
        var s = root.section("authentication");
        var none = Authentication.NONE;
        var read =
                new Authentication(
                        s.text(
                                "realm",
                                "",
                                "a realm without quotation marks, or nothing",
                                "[^\"\\\\\\x00-\\x1f]{0,128}"),
                        atLeastOne(
                                s,
                                "algorithms",
                                s.list(
                                        "algorithms",
                                        none.algorithms(),
                                        "SHA-256, SHA-512-256 or MD5",
                                        DoorReader::algorithm),
                                none.algorithms()),
                        atLeastOne(
                                s,
                                "qop",
                                s.list("qop", none.qops(), "auth or auth-int", DoorReader::qop),
                                none.qops()),
                        s.duration("nonce-lifetime", "5m", "1s", "1d"),
                        s.integer("max-nonces", 10_000, 1, 1_000_000),
                        s.secret("users", ""));
        s.close();
        var asked =
                listeners.stream().anyMatch(l -> l.authenticate() == Authentication.Wish.DIGEST)
                        || peers.stream()
                                .anyMatch(p -> p.authenticate() == Authentication.Wish.DIGEST);
        if (asked && read.users().name().isEmpty()) {
            s.fault("users", "is missing, expected file:PATH or env:NAME of the users' hashes");
        }
        return read;
    }

    private static <T> List<T> atLeastOne(Section s, String key, List<T> found, List<T> instead) {
        if (found.isEmpty()) {
            s.fault(key, "expected at least one");
            return instead;
        }
        return found;
    }

    private static Authentication.@Nullable Algorithm algorithm(Object value) {
        return Arrays.stream(Authentication.Algorithm.values())
                .filter(a -> a.wireName().equals(value))
                .findFirst()
                .orElse(null);
    }

    private static Authentication.@Nullable Qop qop(Object value) {
        return Arrays.stream(Authentication.Qop.values())
                .filter(q -> q.wireName().equals(value))
                .findFirst()
                .orElse(null);
    }
}
