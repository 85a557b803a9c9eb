package org.surehop.adapter.nftables;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks whether the kernel's own SIP helper may be at work (MID-36). It cannot read TLS, makes
/// holes of its own, and is known to fill its table of expectations. Kernels before 6.0 may give
/// it to every connection by a switch; on all of them rules may, with an object of the operator's.
final class SipTracking {
    private static final Logger LOG = LoggerFactory.getLogger(SipTracking.class);
    private static final Path SWITCH = Path.of("/proc/sys/net/netfilter/nf_conntrack_helper");

    private static final Pattern OBJECT =
            Pattern.compile("ct helper ([^ \\n]+) \\{\\s*type \"sip[^\"]*\"");

    private SipTracking() {}

    /// Tells the operator; changes nothing, since those tables are not ours.
    static void warn(NativeCalls calls, MemorySegment context) {
        if (switchedOn()) {
            LOG.warn("automatic conntrack helpers are on; set {} to 0", SWITCH);
        }
        if (calls.run(context, "list ct helpers\n") == 0) {
            for (var name : objects(calls.output(context))) {
                LOG.warn(
                        "conntrack SIP helper is configured object={}; take it off the ports of"
                                + " this gateway and of media",
                        name);
            }
        } else {
            LOG.debug("conntrack helpers not listed cause={}", calls.error(context));
        }
    }

    /// The names of helper objects for SIP in what `nft list ct helpers` printed.
    static List<String> objects(String listing) {
        var names = new ArrayList<String>();
        var matcher = OBJECT.matcher(listing);
        while (matcher.find()) {
            names.add(matcher.group(1));
        }
        return List.copyOf(names);
    }

    private static boolean switchedOn() {
        try {
            return Files.exists(SWITCH) && Files.readString(SWITCH).strip().equals("1");
        } catch (IOException e) {
            LOG.debug("conntrack helper setting not readable cause={}", e.toString());
            return false;
        }
    }
}
