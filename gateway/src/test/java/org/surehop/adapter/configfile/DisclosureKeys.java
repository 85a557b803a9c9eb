package org.surehop.adapter.configfile;

import java.util.List;
import org.surehop.core.config.Demands;
import org.surehop.core.config.Disclosure;
import org.surehop.core.config.UserRule;

/// The section `disclosure` as [ConfigKeysTest] expects it.
final class DisclosureKeys {
    private DisclosureKeys() {}

    /// The list of users is an example.
    static Disclosure withoutUsers(Disclosure d) {
        var demands = d.demands();
        return new Disclosure(
                d.profile(),
                d.clearSdp(),
                d.requireSignature(),
                d.hideInspectPolicy(),
                d.emitCode(),
                d.warnCode(),
                d.maxMimeDepth(),
                d.maxMimeParts(),
                d.maxRecipients(),
                d.workers(),
                new Demands(
                        demands.srtpKeys(),
                        demands.keyOperationsPerUser(),
                        demands.keyOperationsPerPeer(),
                        demands.mustRead(),
                        demands.identities(),
                        demands.tunnels(),
                        demands.authenticatedLabel(),
                        List.of()));
    }

    /// What `every-key.yaml` says.
    static Disclosure everyKey() {
        return new Disclosure(
                Disclosure.Profile.ROUTE_ONLY,
                true,
                true,
                true,
                493,
                380,
                3,
                4,
                5,
                6,
                new Demands(
                        Demands.SrtpKeys.REFUSE,
                        7,
                        8,
                        Demands.MustRead.BODY,
                        Demands.Identities.REFUSE,
                        Demands.Identities.REPORT,
                        true,
                        List.of(new UserRule("a@x.org", Disclosure.Profile.INSPECT, true, false))));
    }
}
