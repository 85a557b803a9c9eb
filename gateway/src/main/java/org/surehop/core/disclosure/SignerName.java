package org.surehop.core.disclosure;

import java.util.Locale;
import org.surehop.core.sip.SipUri;

/// Compares the names in a signer's certificate with an address of record.
final class SignerName {
    private SignerName() {}

    /// True when one of the certificate's names is this address of record: a `sip:` or `sips:` URI
    /// or a plain `user@host` (RFC 3261 §23.1) with the same user and host. The user is compared
    /// with case, the host without (§19.1.4); scheme, port and parameters are no part of an
    /// identity (§10.3 step 5). A certificate for the domain alone does not speak for its users.
    static boolean matches(SignerFacts signer, SipUri expected) {
        if (!expected.routable()) {
            return signer.identities().contains(expected.text());
        }
        return signer.identities().stream().anyMatch(i -> matches(i, expected));
    }

    private static boolean matches(String identity, SipUri expected) {
        var rest = withoutScheme(identity);
        var sign = rest.lastIndexOf('@');
        var user = sign < 0 ? "" : rest.substring(0, sign);
        return user.equals(expected.user())
                && hostOf(rest.substring(sign + 1)).equals(expected.host());
    }

    private static String withoutScheme(String identity) {
        var lower = identity.toLowerCase(Locale.ROOT);
        if (lower.startsWith("sips:")) {
            return identity.substring(5);
        }
        return lower.startsWith("sip:") ? identity.substring(4) : identity;
    }

    private static String hostOf(String text) {
        var end = 0;
        while (end < text.length() && ";?".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        var host = text.substring(0, end).toLowerCase(Locale.ROOT);
        var colon = host.indexOf(':', Math.max(0, host.indexOf(']')));
        return colon < 0 ? host : host.substring(0, colon);
    }
}
