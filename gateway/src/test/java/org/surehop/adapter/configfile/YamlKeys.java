package org.surehop.adapter.configfile;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/// The keys of a YAML text, read without any code of the gateway.
final class YamlKeys {
    private YamlKeys() {}

    /// Leaves with their path; list elements share one.
    static void collect(String text, Set<String> into) {
        collect("", new Yaml(new SafeConstructor(new LoaderOptions())).load(text), into);
    }

    private static void collect(String path, Object value, Set<String> into) {
        switch (value) {
            case Map<?, ?> map ->
                    map.forEach(
                            (k, v) -> collect(path.isEmpty() ? "" + k : path + "." + k, v, into));
            case List<?> list when list.stream().anyMatch(Map.class::isInstance) ->
                    list.forEach(v -> collect(path + "[]", v, into));
            default -> into.add(path);
        }
    }
}
