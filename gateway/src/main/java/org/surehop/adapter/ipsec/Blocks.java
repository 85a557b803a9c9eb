package org.surehop.adapter.ipsec;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The output of `ip xfrm`: blocks that begin at the margin and go on indented.
final class Blocks {
    private Blocks() {}

    static List<List<String>> of(String text) {
        var blocks = new ArrayList<List<String>>();
        for (var line : text.lines().filter(l -> !l.isBlank()).toList()) {
            if (!Character.isWhitespace(line.charAt(0))) {
                blocks.add(new ArrayList<>());
            }
            if (blocks.isEmpty()) {
                throw new IllegalArgumentException("ip xfrm began in the middle");
            }
            blocks.getLast().add(line);
        }
        return blocks;
    }

    static Optional<String> find(List<String> lines, String first) {
        return lines.stream().filter(line -> Words.of(line).starts(first)).findFirst();
    }

    static Words line(List<String> lines, String first) {
        return find(lines, first)
                .map(Words::of)
                .orElseThrow(() -> new IllegalArgumentException("ip xfrm told no " + first));
    }

    /// For packets with a mark or of an xfrm interface only: not ours.
    static boolean marked(List<String> lines) {
        return find(lines, "mark").isPresent()
                || find(lines, "if_id").map(l -> Words.of(l).number("if_id") != 0).orElse(false);
    }
}
