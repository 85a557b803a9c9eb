package org.surehop.adapter.nftables;

import java.net.Inet4Address;
import java.util.List;
import org.surehop.core.config.Pinholes;
import org.surehop.core.config.Prefix;

/// Our table as nft reads it: sets, chains and rules, all from configuration.
final class TableScript {
    /// Name, inside of both families, lowest media port, sets, rules, rules of replies, mark.
    ///
    /// Before the operator's chains, so that they may look at the mark. A TCP connection that went
    /// through a pinhole has a label, and stops with the pinhole: other TCP is not our business.
    private static final String WHOLE_TABLE =
            """
        add table inet %1$s
        delete table inet %1$s
        table inet %1$s {
        %5$s    set inside4 {
                type ipv4_addr
                flags interval
                auto-merge%2$s
            }
            set inside6 {
                type ipv6_addr
                flags interval
                auto-merge%3$s
            }
            chain media {
                th dport < %4$d return
                ct direction reply th sport < %4$d return
                ip saddr @inside4 ip daddr @inside4 return
                ip6 saddr @inside6 ip6 daddr @inside6 return
                ip saddr @inside4 counter drop
                ip daddr @inside4 counter drop
                ip6 saddr @inside6 counter drop
                ip6 daddr @inside6 counter drop
            }
            chain open {
                meta l4proto tcp ct label set %9$d
        %8$s        accept
            }
            chain replies {
        %7$s    }
            chain forward {
                type filter hook forward priority filter - 1; policy accept;
        %6$s        meta l4proto tcp ct direction reply jump replies
                meta l4proto tcp ct label %9$d counter drop
                meta l4proto { udp, udplite, dccp } jump media
            }
        }
        """;

    /// The connection-tracking label of TCP that went through a pinhole: the last there is.
    private static final int LABEL = 127;

    private TableScript() {}

    /// Makes the table anew, whatever it held, in one transaction (MID-33).
    static String create(String table, Pinholes config) {
        var sets = new StringBuilder();
        var rules = new StringBuilder();
        var replies = new StringBuilder();
        for (var kind : FlowSet.values()) {
            for (int family : new int[] {4, 6}) {
                var name = kind.name(family);
                sets.append(set(kind, family, config));
                rules.append("        %s @%s goto open\n".formatted(kind.fields(family), name));
                replies.append(
                        "        %s @%s goto open\n".formatted(kind.fieldsOfReply(family), name));
                if (!kind.namesSource()) {
                    rules.append(answers(kind, family, config));
                }
            }
        }
        return WHOLE_TABLE.formatted(
                table,
                elements(config.insidePrefixes(), true),
                elements(config.insidePrefixes(), false),
                config.minimumPort(),
                sets,
                rules,
                replies,
                mark(config.packets().mark()),
                LABEL);
    }

    /// Where anyone may send, whoever has sent may be answered. Blind media may also begin inside,
    /// since nobody knows where it goes (PIN-5).
    private static String answers(FlowSet kind, int family, Pinholes config) {
        var element = "%s @%s goto open\n".formatted(kind.fieldsOfReply(family), kind.name(family));
        var blind = config.media().unknowns().blind();
        var begins =
                blind.allowed()
                        ? "        th sport %d-%d %s"
                                .formatted(blind.lowestPort(), blind.highestPort(), element)
                        : "";
        return "        meta l4proto udp ct direction reply " + element + begins;
    }

    /// Twice the allowed rules fit, since expired elements take room until the kernel collects
    /// them. The limit stands before the counter, which so counts what passed.
    private static String set(FlowSet kind, int family, Pinholes config) {
        var burst = Math.max(10, config.packets().anySourceRate() / 5);
        var limit =
                kind.isLimited()
                        ? "limit rate %d/second burst %d packets "
                                .formatted(config.packets().anySourceRate(), burst)
                        : "";
        return """
                set %s {
                    type %s
                    size %d
                    flags timeout
                    %scounter
                }
            """
                .formatted(kind.name(family), kind.type(family), config.maxRules() * 2L, limit);
    }

    private static String mark(int mark) {
        return mark == 0 ? "" : "        meta mark set meta mark | 0x%08x\n".formatted(mark);
    }

    private static String elements(List<Prefix> prefixes, boolean ip4) {
        var wanted =
                prefixes.stream()
                        .filter(p -> p.base() instanceof Inet4Address == ip4)
                        .map(Prefix::toString)
                        .toList();
        return wanted.isEmpty() ? "" : "\n        elements = { " + String.join(", ", wanted) + " }";
    }
}
