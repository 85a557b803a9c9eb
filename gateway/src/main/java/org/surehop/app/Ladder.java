package org.surehop.app;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import org.surehop.core.report.CallRecord.LadderLine;

/// The messages of one call as arrows between three columns, in ASCII.
final class Ladder {
    private static final int WIDTH = 34;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneOffset.UTC);
    private static final String MARGIN = " ".repeat(13);

    private Ladder() {}

    static List<String> draw(List<LadderLine> lines) {
        var drawn = new ArrayList<String>();
        drawn.add(MARGIN + "A" + centred("gateway") + "B");
        drawn.add(MARGIN + "|" + " ".repeat(WIDTH) + "|" + " ".repeat(WIDTH) + "|");
        for (var line : lines) {
            drawn.add(TIME.format(line.at()) + " " + row(line));
        }
        return drawn;
    }

    private static String centred(String word) {
        var left = WIDTH - word.length() / 2;
        return " ".repeat(left) + word + " ".repeat(2 * WIDTH + 1 - left - word.length());
    }

    private static String row(LadderLine line) {
        var text = Screen.safe(line.text());
        var from = column(line.from());
        var to = column(line.to());
        var blank = " ".repeat(WIDTH);
        if (from == to) {
            return "|" + blank + "*" + Screen.cut(" " + text, WIDTH) + padding(text) + "|";
        }
        var right = from < to;
        if (Math.abs(from - to) == 2) {
            return "|" + arrow(text, 2 * WIDTH + 1, right) + "|";
        }
        var first = Math.min(from, to) == 0;
        var arrow = arrow(text, WIDTH, right);
        return "|" + (first ? arrow : blank) + "|" + (first ? blank : arrow) + "|";
    }

    private static String padding(String text) {
        return " ".repeat(Math.max(0, WIDTH - 1 - text.length()));
    }

    private static int column(String name) {
        return switch (name) {
            case "A" -> 0;
            case "B" -> 2;
            default -> 1;
        };
    }

    private static String arrow(String text, int width, boolean right) {
        var label = Screen.cut(text, width - 4);
        var dashes = "-".repeat(width - 3 - label.length());
        return right ? "- " + label + dashes + ">" : "<" + dashes + label + " -";
    }
}
