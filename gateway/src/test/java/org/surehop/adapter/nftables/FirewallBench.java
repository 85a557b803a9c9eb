package org.surehop.adapter.nftables;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.surehop.core.config.Pinholes;
import org.surehop.core.config.Prefix;
import org.surehop.core.pinhole.GroupId;
import org.surehop.core.pinhole.RuleSetChange;
import org.surehop.core.sdp.Flow;

/// How long the driver takes, in the namespace that it is started in. Lines of `name value`, times
/// in microseconds. A call is four flows, as one audio stream is: RTP and RTCP, both directions.
///
/// Arguments: calls that are open all the time, calls to open and close, and `tracking` to measure
/// connection tracking alone instead.
final class FirewallBench {
    private static final int FLOWS = 4;
    private static final int BATCH = 32;
    private static final Duration LIFETIME = Duration.ofMinutes(30);

    private final int resident;
    private final int rounds;
    private long number;

    private FirewallBench(int resident, int rounds) {
        this.resident = resident;
        this.rounds = rounds;
    }

    public static void main(String[] arguments) throws FirewallUnavailable, FirewallFault {
        var bench =
                new FirewallBench(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]));
        if (arguments.length > 2) {
            bench.tracking();
        } else {
            bench.rules();
        }
    }

    private void rules() throws FirewallUnavailable, FirewallFault {
        try (var firewall = NftablesFirewall.open(config())) {
            for (int call = 0; call < resident; call += BATCH) {
                firewall.apply(changes(call, Math.min(BATCH, resident - call), true));
            }
            alone(firewall, 200, false);
            alone(firewall, rounds, true);
            together(firewall);
            long began = System.nanoTime();
            firewall.tidy();
            say("tidy.us", (System.nanoTime() - began) / 1000.0);
            began = System.nanoTime();
            int read = firewall.readBack().size();
            say("look.us", (System.nanoTime() - began) / 1000.0);
            say("look.flows", read);
        }
    }

    /// One call in each transaction.
    private void alone(Firewall firewall, int calls, boolean tell) throws FirewallFault {
        var opening = new long[calls];
        var closing = new long[calls];
        for (int i = 0; i < calls; i++) {
            opening[i] = time(firewall, changes(resident + i % 2000, 1, true));
            closing[i] = time(firewall, changes(resident + i % 2000, 1, false));
        }
        if (tell) {
            tell("open", opening);
            tell("close", closing);
        }
    }

    /// As the adapter does when many wait.
    private void together(Firewall firewall) throws FirewallFault {
        long opening = 0;
        long closing = 0;
        for (int i = 0; i < rounds; i += BATCH) {
            opening += time(firewall, changes(resident, BATCH, true));
            closing += time(firewall, changes(resident, BATCH, false));
        }
        say("batch.open.us", opening / 1000.0 / rounds);
        say("batch.close.us", closing / 1000.0 / rounds);
    }

    private void tracking() throws FirewallUnavailable, FirewallFault {
        for (var asks : List.of(true, false)) {
            try (var tracking = new ConnectionTracking(NativeCalls.load(), asks)) {
                var took = new long[rounds];
                for (int i = -5; i < rounds; i++) {
                    var flows = flows(Math.abs(i));
                    long began = System.nanoTime();
                    tracking.forget(flows);
                    took[Math.max(0, i)] = System.nanoTime() - began;
                }
                tell(asks && tracking.filters() ? "asked" : "listed", took);
            }
        }
    }

    private static long time(Firewall firewall, List<RuleSetChange> changes) throws FirewallFault {
        long began = System.nanoTime();
        firewall.apply(changes);
        return System.nanoTime() - began;
    }

    private List<RuleSetChange> changes(int first, int calls, boolean open) {
        var changes = new ArrayList<RuleSetChange>();
        for (int call = first; call < first + calls; call++) {
            var flows = flows(call);
            var enable = open ? flows : List.<Flow>of();
            var disable = open ? List.<Flow>of() : flows;
            changes.add(new RuleSetChange(++number, new GroupId(call), enable, LIFETIME, disable));
        }
        return changes;
    }

    private static List<Flow> flows(int call) {
        var inner = InetAddress.ofLiteral("10.7.%d.%d".formatted(call / 200, call % 200 + 1));
        var outer = InetAddress.ofLiteral("198.18.%d.%d".formatted(call / 200, call % 200 + 1));
        var flows = new ArrayList<Flow>();
        for (int n = 0; n < FLOWS / 2; n++) {
            flows.add(new Flow(Flow.Transport.UDP, outer, 0, inner, 20_000 + n));
            flows.add(new Flow(Flow.Transport.UDP, inner, 0, outer, 30_000 + n));
        }
        return flows;
    }

    private static void tell(String what, long[] nanoseconds) {
        Arrays.sort(nanoseconds);
        say(what + ".mean.us", Arrays.stream(nanoseconds).average().orElse(0) / 1000.0);
        say(what + ".p50.us", nanoseconds[nanoseconds.length / 2] / 1000.0);
        say(what + ".p99.us", nanoseconds[nanoseconds.length * 99 / 100] / 1000.0);
    }

    private static void say(String what, double value) {
        System.out.printf(Locale.ROOT, "%s %.1f%n", what, value);
    }

    private static Pinholes config() {
        return new Pinholes(
                Pinholes.Driver.NFTABLES,
                "surehop",
                List.of(Prefix.parse("10.0.0.0/8")),
                Pinholes.MediaSource.PREFIXES,
                LIFETIME,
                LIFETIME,
                1024,
                List.of(),
                8,
                32,
                200_000);
    }
}
