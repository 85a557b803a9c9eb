package org.surehop.adapter.nftables;

import java.net.InetSocketAddress;
import java.time.Duration;
import org.surehop.core.config.Pinholes;
import org.surehop.core.pinhole.Translation;

/// The words of nft for our table of translations, made from typed values only. An inside port is
/// translated both ways: what comes to its outside place goes to it (DNAT, before the filter sees
/// it), and what it sends comes from there (SNAT, after). The filter is the same with and without.
final class NatScript {
    private static final String WHOLE_TABLE =
            """
        add table ip %1$s
        delete table ip %1$s
        table ip %1$s {
            map inward {
                type ipv4_addr . inet_service : ipv4_addr . inet_service
                size %2$d
                flags timeout
                counter
            }
            map outward {
                type ipv4_addr . inet_service : ipv4_addr . inet_service
                size %2$d
                flags timeout
                counter
            }
            chain prerouting {
                type nat hook prerouting priority dstnat; policy accept;
                meta l4proto udp dnat to ip daddr . udp dport map @inward
            }
            chain postrouting {
                type nat hook postrouting priority srcnat; policy accept;
                meta l4proto udp snat to ip saddr . udp sport map @outward
            }
        }
        """;

    private final String table;

    /// @param table the name of our filter's table, which is valid
    NatScript(String table) {
        this.table = table + "_nat";
    }

    /// Makes the table anew, whatever it held, in one transaction.
    String create(Pinholes config) {
        return WHOLE_TABLE.formatted(table, config.maxRules() * 2L);
    }

    /// Removes the table with all that is in it.
    String drop() {
        return "add table ip %1$s\ndelete table ip %1$s\n".formatted(table);
    }

    /// Adds or refreshes: an element that is there already is made anew, since not every kernel
    /// gives it its new timeout. Only new connections ask the maps, so that no packet notices.
    String add(Translation one, Duration lifetime) {
        return remove(one) + put(one, Math.max(1, lifetime.plusMillis(999).toSeconds()));
    }

    /// Adding first, so that one which has just expired is no error.
    String remove(Translation one) {
        return put(one, 1)
                + element("delete", "inward", place(one.outside()))
                + element("delete", "outward", place(one.inside()));
    }

    private String put(Translation one, long seconds) {
        var inward = "%1$s timeout %2$ds expires %2$ds : %3$s";
        return element(
                        "add",
                        "inward",
                        inward.formatted(place(one.outside()), seconds, place(one.inside())))
                + element(
                        "add",
                        "outward",
                        inward.formatted(place(one.inside()), seconds, place(one.outside())));
    }

    private String element(String verb, String map, String content) {
        return "%s element ip %s %s { %s }\n".formatted(verb, table, map, content);
    }

    private static String place(InetSocketAddress place) {
        return place.getAddress().getHostAddress() + " . " + place.getPort();
    }
}
