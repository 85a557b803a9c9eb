package org.surehop.adapter.nftables;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// What of our table only we may change: chains, rules by their numbers, and the inside prefixes.
/// A rule that somebody puts in or in the place of another has a number of its own.
final class TableShape {
    private static final int INET = 1;
    private static final int GET_CHAIN = (10 << 8) | 4;
    private static final int GET_RULE = (10 << 8) | 7;
    private static final int GET_ELEMENT = (10 << 8) | 13;
    private static final int TABLE = 1;
    private static final int CHAIN_COUNTERS = 8;
    private static final int USES = 6;
    private static final int SET = 2;
    private static final int RULE_HANDLE = 3;

    private TableShape() {}

    /// A text that is equal as long as nothing has changed.
    static String read(NetlinkSocket socket, String table) throws FirewallFault {
        var shape = new ArrayList<String>();
        var named = NetlinkAttribute.of(TABLE, name(table));
        socket.list(GET_CHAIN, INET, named, m -> shape.add(chain(m, table)));
        socket.list(GET_RULE, INET, named, m -> shape.add(rule(m, table)));
        for (var set : List.of("inside4", "inside6")) {
            var asked = NetlinkAttribute.join(named, NetlinkAttribute.of(SET, name(set)));
            socket.list(GET_ELEMENT, INET, asked, m -> shape.add(text(attributes(m))));
        }
        return String.join("\n", shape);
    }

    private static String chain(ByteBuffer message, String table) {
        var parts = attributes(message);
        if (!isOf(parts, table)) {
            return "";
        }
        return text(
                parts.stream()
                        .filter(a -> a.type() != CHAIN_COUNTERS && a.type() != USES)
                        .toList());
    }

    private static String rule(ByteBuffer message, String table) {
        var parts = attributes(message);
        return isOf(parts, table)
                ? text(parts.stream().filter(a -> a.type() <= RULE_HANDLE).toList())
                : "";
    }

    private static boolean isOf(List<NetlinkAttribute> parts, String table) {
        return parts.stream().anyMatch(a -> a.type() == TABLE && a.text().equals(table));
    }

    private static List<NetlinkAttribute> attributes(ByteBuffer message) {
        return NetlinkAttribute.in(message.position(NetlinkSocket.HEADERS));
    }

    private static String text(List<NetlinkAttribute> parts) {
        var text = new StringBuilder();
        for (var part : parts) {
            text.append(part.type()).append(HexFormat.of().formatHex(part.value())).append(' ');
        }
        return text.toString();
    }

    private static byte[] name(String name) {
        return (name + "\0").getBytes(StandardCharsets.US_ASCII);
    }
}
