package org.surehop.app.ua;

import java.util.regex.Pattern;

/// `HOST`, `HOST:PORT`, `[IPv6]` or `[IPv6]:PORT`; port 0 means that none was given.
record HostPort(String host, int port) {
    private static final Pattern FORM =
            Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9][A-Za-z0-9._-]*)(?::(\\d{1,5}))?");

    static HostPort parse(String option, String text) throws UaKeys.Fault {
        var match = FORM.matcher(text);
        var port = match.matches() && match.group(2) != null ? Integer.parseInt(match.group(2)) : 0;
        if (!match.matches() || port > 65_535) {
            throw new UaKeys.Fault(option + ": expected HOST or HOST:PORT, found '" + text + "'");
        }
        return new HostPort(match.group(1), port);
    }
}
