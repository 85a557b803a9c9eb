package org.surehop.adapter.nftables;

import java.time.Duration;
import java.util.List;
import org.surehop.core.config.Pinholes;
import org.surehop.core.sdp.Flow;

/// One flow that is open in the kernel now, whoever opened it and whether or not a gateway runs:
/// its owner as the comment says, how long it stays without a refresh, and what passed.
public record OpenFlow(Flow flow, String owner, Duration remains, long packets, long bytes) {

    /// Everything that our table lets through.
    ///
    /// @throws FirewallUnavailable when the kernel cannot be asked, in one sentence
    public static List<OpenFlow> list(Pinholes config) throws FirewallUnavailable {
        NftablesFirewall.mayOrElse("pinholes.driver: the firewall cannot be read here");
        try (var reader = new SetReader(NativeCalls.load(), config.table())) {
            return reader.all().stream().map(OpenFlow::of).toList();
        } catch (FirewallFault e) {
            var fault =
                    new FirewallUnavailable(
                            "pinholes.table: "
                                    + config.table()
                                    + " cannot be read ("
                                    + e.getMessage()
                                    + "): without it no pinhole is open, and no media is kept out");
            fault.initCause(e);
            throw fault;
        }
    }

    private static OpenFlow of(SetReader.Element element) {
        var counter = element.counter();
        return new OpenFlow(
                counter.flow(),
                element.comment(),
                Duration.ofMillis(element.expiresIn()),
                counter.packets(),
                counter.bytes());
    }
}
