package org.surehop.adapter.ipsec;

import java.util.List;

/// The words of a line of `ip`, most of which come in pairs.
record Words(List<String> all) {
    static Words of(String line) {
        return new Words(List.of(line.strip().split("\\s+")));
    }

    /// The word that follows, or nothing.
    String after(String name) {
        var at = all.indexOf(name);
        return at < 0 || at + 1 >= all.size() ? "" : all.get(at + 1);
    }

    boolean starts(String name) {
        return all.getFirst().equals(name);
    }

    /// A number in decimal or 0x form; 0 when the name is not there. What follows `/` is a mask.
    long number(String name) {
        var text = after(name);
        var slash = text.indexOf('/');
        var bare = slash < 0 ? text : text.substring(0, slash);
        return bare.isEmpty() ? 0 : Long.decode(bare);
    }
}
