package org.surehop.core.config;

import java.util.Locale;
import org.surehop.core.sip.SipUri;

/// What end-to-middle security means for one user or all users of a domain in place of what holds
/// for everybody (E2M-12). `user` is `user@host`, or `*@host` for a domain.
public record UserRule(
        String user, Disclosure.Profile profile, boolean clearSdp, boolean requireSignature) {
    public UserRule {
        Valid.that(user.matches("[^@\\s]+@[^@\\s]+"), "a user rule must name user@host or *@host");
    }

    /// Whether it speaks of that address of record; hosts compare without case.
    public boolean speaksOf(SipUri address) {
        var at = user.lastIndexOf('@');
        var name = user.substring(0, at);
        return user.substring(at + 1).toLowerCase(Locale.ROOT).equals(address.host())
                && (name.equals("*") || name.equals(address.user()));
    }
}
