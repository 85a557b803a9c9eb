package org.surehop.app.ua;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.HexFormat;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.surehop.core.sip.Hop;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.SipUri;
import org.surehop.core.sip.Via;

/// Who a user agent of ours is in SIP messages: its address-of-record, the address that it stands
/// at (Via and Contact), and the source of its tags and branches.
record UaIdentity(SipUri aor, InetAddress address, int port, RandomGenerator random) {
    private static final int TAG_OCTETS = 8;
    private static final int BRANCH_OCTETS = 12;

    String host() {
        var literal = address.getHostAddress();
        return address instanceof Inet6Address ? "[" + literal + "]" : literal;
    }

    /// How Hop-Record would name it.
    Hop hop() {
        return Hop.of(host(), port);
    }

    String newTag() {
        return hex(TAG_OCTETS);
    }

    Via newVia() {
        return Via.tls(host(), port, "z9hG4bK" + hex(BRANCH_OCTETS));
    }

    String newCallId() {
        return hex(BRANCH_OCTETS) + "@" + host();
    }

    /// A Content-ID without angle brackets (RFC 2392).
    String newContentId() {
        return hex(TAG_OCTETS) + "@surehop.invalid";
    }

    /// Says TLS, so that nobody who dials it later may choose another transport.
    Optional<NameAddr> contact() {
        var text =
                "sip:"
                        + aor.userPart().map(u -> u + "@").orElse("")
                        + host()
                        + (port == 0 || port == 5061 ? "" : ":" + port)
                        + ";transport=tls";
        var uri = new SipUri(text, "sip", aor.user(), host(), port, "tls");
        return Optional.of(NameAddr.of(uri));
    }

    private String hex(int octets) {
        var bytes = new byte[octets];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
