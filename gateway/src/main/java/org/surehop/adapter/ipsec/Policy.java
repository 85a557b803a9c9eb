package org.surehop.adapter.ipsec;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// One policy (RFC 4301 §4.4.1) as `ip xfrm policy list` tells it: in Linux the lowest priority
/// number that fits decides. `direction` is `in`, `out` or `fwd`; policies of single sockets are
/// left out.
record Policy(
        Selector selector,
        String direction,
        boolean blocks,
        long priority,
        boolean marked,
        List<Template> templates) {
    Policy {
        templates = List.copyOf(templates);
    }

    /// What a packet must have gone through. `optional` is `level use`: in clear will do, too.
    record Template(
            InetAddress from,
            InetAddress to,
            String protocol,
            long spi,
            long reqid,
            String mode,
            boolean optional) {

        private boolean demandsEsp(Selector.Flow flow) {
            return protocol.equals("esp")
                    && mode.equals("transport")
                    && !optional
                    && (from.isAnyLocalAddress() || from.equals(flow.from().getAddress()))
                    && (to.isAnyLocalAddress() || to.equals(flow.to().getAddress()));
        }
    }

    static List<Policy> parse(String text) {
        return Blocks.of(text).stream()
                .filter(lines -> Blocks.find(lines, "dir").isPresent())
                .map(Policy::of)
                .toList();
    }

    private static Policy of(List<String> lines) {
        var rule = Blocks.line(lines, "dir");
        return new Policy(
                Selector.parse(lines.getFirst()),
                rule.after("dir"),
                rule.after("action").equals("block"),
                rule.number("priority"),
                Blocks.marked(lines),
                templates(lines));
    }

    private static List<Template> templates(List<String> lines) {
        var found = new ArrayList<Template>();
        for (int i = 0; i < lines.size(); i++) {
            if (Words.of(lines.get(i)).starts("tmpl")) {
                var end = i + 1;
                while (end < lines.size() && !Words.of(lines.get(end)).starts("tmpl")) {
                    end++;
                }
                found.add(template(lines.subList(i, end)));
            }
        }
        return found;
    }

    private static Template template(List<String> lines) {
        var ends = Words.of(lines.getFirst());
        var shape = Blocks.line(lines, "proto");
        return new Template(
                InetAddress.ofLiteral(ends.after("src")),
                InetAddress.ofLiteral(ends.after("dst")),
                shape.after("proto"),
                shape.number("spi"),
                shape.number("reqid"),
                shape.after("mode"),
                lines.stream().anyMatch(l -> Words.of(l).after("level").equals("use")));
    }

    boolean concerns(String way, Selector.Flow flow) {
        return direction.equals(way) && selector.covers(flow);
    }

    /// The template by which it lets nothing of the flow pass but ESP, if it has one.
    Optional<Template> esp(Selector.Flow flow) {
        return blocks
                ? Optional.empty()
                : templates.stream().filter(t -> t.demandsEsp(flow)).findFirst();
    }
}
