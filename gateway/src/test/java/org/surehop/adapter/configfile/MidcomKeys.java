package org.surehop.adapter.configfile;

import java.time.Duration;
import java.util.List;
import org.surehop.core.config.Authentication;
import org.surehop.core.config.Midcom;
import org.surehop.core.config.Prefix;
import org.surehop.core.config.SecretRef;

/// What `every-key.yaml` says of agents, middleboxes and Digest.
final class MidcomKeys {
    private MidcomKeys() {}

    static Midcom everyKey() {
        var agent = new Midcom.Agent("a.org", List.of(Prefix.parse("192.0.2.0/25")), 5, true);
        var behind = List.of(Prefix.parse("192.0.2.128/25"));
        var remote = new Midcom.Remote("m.org", "192.0.2.4", 7628, behind);
        return new Midcom("192.0.2.3", 7627, 2, List.of(agent), List.of(remote));
    }

    static Authentication authentication(SecretRef users) {
        return new Authentication(
                "office",
                List.of(Authentication.Algorithm.MD5),
                List.of(Authentication.Qop.AUTH),
                Duration.ofSeconds(9),
                11,
                users);
    }
}
