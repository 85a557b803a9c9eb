package org.surehop.core.disclosure;

import java.util.ArrayList;
import java.util.List;
import org.surehop.core.disclosure.InspectLabel.Parsed;

/// Reads one row of `Proxy-Inspect-Body` from left to right, once; never goes back.
final class LabelScanner {
    private static final int MAX_NAME = 255;
    private static final String ATOM_MARKS = "-!%*_+'`~#$&/?^{|}=";

    private final String row;
    private final int limit;
    private final List<InspectLabel> labels = new ArrayList<>();
    private int at;
    private String host = "";
    private List<String> contentIds = new ArrayList<>();

    LabelScanner(String row, int limit) {
        this.row = row;
        this.limit = limit;
    }

    /// Thrown and caught here only: leaves the scan at the first offence.
    private static final class Offence extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Offence(String expected) {
            super(expected, null, false, false);
        }
    }

    Parsed scan() {
        try {
            readHost();
            while (more()) {
                next();
            }
            endValue();
            return new Parsed.Labels(labels);
        } catch (Offence offence) {
            return new Parsed.Malformed(String.valueOf(offence.getMessage()));
        }
    }

    private void next() {
        if (take(';')) {
            parameter();
        } else if (take(',')) {
            if (continuesWithCid()) {
                parameter();
            } else {
                endValue();
                readHost();
            }
        } else {
            throw new Offence("expected ';' or ',' after a host or parameter");
        }
    }

    private void readHost() {
        host = word("-._~:[]");
        contentIds = new ArrayList<>();
        if (host.isEmpty()) {
            throw new Offence("expected the host name of a proxy");
        }
    }

    private void endValue() {
        if (contentIds.isEmpty()) {
            throw new Offence("expected at least one cid parameter after the host");
        }
        if (labels.size() == limit) {
            throw new Offence("expected at most " + InspectLabel.MAX_VALUES + " values");
        }
        labels.add(new InspectLabel(host, contentIds));
    }

    private void parameter() {
        var name = word("-.!%*_+'`~");
        if (name.isEmpty()) {
            throw new Offence("expected the name of a parameter");
        }
        if (!name.equalsIgnoreCase("cid")) {
            if (take('=')) {
                var _ =
                        at < row.length() && row.charAt(at) == '"'
                                ? quoted()
                                : word(":[].@<>" + ATOM_MARKS);
            }
            return;
        }
        if (!take('=')) {
            throw new Offence("expected '=' after cid");
        }
        contentId();
    }

    private void contentId() {
        skipSpace();
        var text =
                at < row.length() && row.charAt(at) == '"'
                        ? quoted()
                        : word("<>@.:[]" + ATOM_MARKS);
        if (text.startsWith("<") && text.endsWith(">")) {
            text = text.substring(1, text.length() - 1);
        }
        if (!isContentId(text)) {
            throw new Offence("expected a content identifier of the form left@right");
        }
        if (contentIds.size() == InspectLabel.MAX_VALUES) {
            throw new Offence("expected at most " + InspectLabel.MAX_VALUES + " identifiers");
        }
        contentIds.add(text);
    }

    private static boolean isContentId(String text) {
        var sign = text.indexOf('@');
        return sign > 0
                && text.length() <= MAX_NAME
                && isDotAtom(text.substring(0, sign))
                && isRight(text.substring(sign + 1));
    }

    private static boolean isRight(String text) {
        if (text.startsWith("[") && text.endsWith("]")) {
            return text.length() > 2
                    && text.substring(1, text.length() - 1)
                            .chars()
                            .allMatch(c -> Character.digit(c, 16) >= 0 || c == ':' || c == '.');
        }
        return isDotAtom(text);
    }

    private static boolean isDotAtom(String text) {
        return !text.isEmpty()
                && !text.startsWith(".")
                && !text.endsWith(".")
                && !text.contains("..")
                && text.chars()
                        .allMatch(c -> isAlphanumeric(c) || c == '.' || isMark(c, ATOM_MARKS));
    }

    private String word(String marks) {
        skipSpace();
        var start = at;
        while (at < row.length()
                && (isAlphanumeric(row.charAt(at)) || isMark(row.charAt(at), marks))) {
            at++;
        }
        var word = row.substring(start, at);
        if (word.length() > MAX_NAME + 2) {
            throw new Offence("expected names of at most " + MAX_NAME + " characters");
        }
        skipSpace();
        return word;
    }

    private String quoted() {
        var end = row.indexOf('"', at + 1);
        if (end < 0) {
            throw new Offence("expected a closing quotation mark");
        }
        var text = row.substring(at + 1, end);
        at = end + 1;
        skipSpace();
        return text;
    }

    private boolean continuesWithCid() {
        skipSpace();
        if (!row.regionMatches(true, at, "cid", 0, 3)) {
            return false;
        }
        var look = at + 3;
        while (look < row.length() && isSpace(row.charAt(look))) {
            look++;
        }
        return look < row.length() && row.charAt(look) == '=';
    }

    private boolean more() {
        skipSpace();
        return at < row.length();
    }

    private boolean take(char expected) {
        skipSpace();
        if (at < row.length() && row.charAt(at) == expected) {
            at++;
            skipSpace();
            return true;
        }
        return false;
    }

    private void skipSpace() {
        while (at < row.length() && isSpace(row.charAt(at))) {
            at++;
        }
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t';
    }

    private static boolean isAlphanumeric(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    private static boolean isMark(int c, String marks) {
        return marks.indexOf(c) >= 0;
    }
}
