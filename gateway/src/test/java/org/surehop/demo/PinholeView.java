package org.surehop.demo;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// What the kernel holds in the gateway's table right now, as `nft` prints it: the demonstration
/// does not ask the gateway about its own firewall.
record PinholeView(List<Hole> holes) {
    private static final Pattern ELEMENT =
            Pattern.compile(
                    "([0-9a-f:.]+) \\. ([0-9a-f:.]+) \\. (tcp|udp) \\. (\\d+)(?: \\. \\d+)?"
                            + " counter packets (\\d+) bytes (\\d+)"
                            + "(?: timeout ([^\\s,]+))?(?: expires ([^\\s,]+))?");

    /// One open flow, its counters, and when the kernel closes it by itself.
    record Hole(
            String source,
            String destination,
            String protocol,
            int port,
            long packets,
            long bytes,
            String expires) {
        @Override
        public String toString() {
            return "%s %s -> %s port %d: %d packets, %d octets, closes by itself in %s"
                    .formatted(protocol, source, destination, port, packets, bytes, expires);
        }
    }

    static PinholeView now(String table) throws IOException, InterruptedException {
        var printed =
                Player.run("nft", List.of("nft", "list", "table", "inet", table), 0, Map.of());
        var holes = new ArrayList<Hole>();
        // One element may be wrapped over two lines.
        var matcher = ELEMENT.matcher(String.join(" ", printed).replaceAll("\\s+", " "));
        while (matcher.find()) {
            holes.add(
                    new Hole(
                            matcher.group(1),
                            matcher.group(2),
                            matcher.group(3),
                            Integer.parseInt(matcher.group(4)),
                            Long.parseLong(matcher.group(5)),
                            Long.parseLong(matcher.group(6)),
                            matcher.group(8) == null ? "?" : matcher.group(8)));
        }
        return new PinholeView(List.copyOf(holes));
    }

    long packets() {
        return holes.stream().mapToLong(Hole::packets).sum();
    }

    /// Whether media passed both ways.
    boolean bothWays() {
        return holes.stream().filter(h -> h.packets() > 0).map(Hole::source).distinct().count()
                == 2;
    }
}
