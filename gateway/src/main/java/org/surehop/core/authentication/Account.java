package org.surehop.core.authentication;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.surehop.core.config.Authentication.Algorithm;
import org.surehop.core.sip.SipUri;

/// One user of our realm: for each algorithm the hash of name, realm and password (HA1), and the
/// addresses of record that may stand in From; none means any. Never shows a hash.
public final class Account {
    private final String name;
    private final Map<Algorithm, String> hashes;
    private final List<String> addresses;

    /// `addresses` are `user@host`.
    public Account(String name, Map<Algorithm, String> hashes, List<String> addresses) {
        this.name = name;
        this.hashes = new EnumMap<>(Algorithm.class);
        this.hashes.putAll(hashes);
        this.addresses = List.copyOf(addresses);
    }

    public String name() {
        return name;
    }

    Optional<String> hash(Algorithm algorithm) {
        return Optional.ofNullable(hashes.get(algorithm));
    }

    /// Whether that address of record is one of the user's. The host is compared without case.
    public boolean maySpeakAs(SipUri from) {
        var wanted = from.user() + "@" + from.host();
        return addresses.isEmpty() || addresses.stream().anyMatch(a -> canonical(a).equals(wanted));
    }

    private static String canonical(String address) {
        var at = address.lastIndexOf('@') + 1;
        return address.substring(0, at) + address.substring(at).toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return "Account[" + hashes.keySet() + "]";
    }
}
