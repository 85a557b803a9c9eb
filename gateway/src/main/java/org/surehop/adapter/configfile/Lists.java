package org.surehop.adapter.configfile;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Where the file has lists. The library's tree does not tell `key: []` from an absent key, nor
/// `key: [1]` from `key: 1`.
final class Lists {
    private final Set<String> paths = new HashSet<>();

    private Lists() {}

    /// Paths such as `listeners` and `peers[0].domains` of all lists below the root.
    static Set<String> of(Object root) {
        var lists = new Lists();
        lists.walk("", root);
        return Set.copyOf(lists.paths);
    }

    private void walk(String path, Object value) {
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, below) -> walk(path.isEmpty() ? "" + key : path + "." + key, below));
        } else if (value instanceof List<?> list) {
            paths.add(path);
            for (int i = 0; i < list.size(); i++) {
                walk(path + "[" + i + "]", list.get(i));
            }
        }
    }
}
