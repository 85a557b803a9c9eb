package org.surehop.adapter.sip;

import java.util.List;

/// The header block of one message in canonical form: start line, and rows unfolded, with long
/// names. `contentLength` is -1 when the scan ended before a valid one was known.
record Head(String startLine, List<Row> rows, int contentLength) {
    static final Head NONE = new Head("", List.of(), -1);

    /// One header row.
    record Row(HeaderName id, String name, String value) {}

    boolean isResponse() {
        return startLine.regionMatches(true, 0, "SIP/", 0, 4);
    }

    /// The method word of a request, or the empty string.
    String method() {
        var space = startLine.indexOf(' ');
        return isResponse() || space < 0 ? "" : startLine.substring(0, space);
    }
}
