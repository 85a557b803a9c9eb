package org.surehop.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/// The shipped configuration with a few keys replaced, and the list of what was replaced. All
/// other keys keep the value that is shipped.
final class DemoConfig {
    private final Map<String, Object> root;
    private final List<String> replaced = new ArrayList<>();

    private DemoConfig(Map<String, Object> root) {
        this.root = root;
    }

    static DemoConfig shipped(Path file) throws IOException {
        Map<String, Object> root = new Yaml().load(Files.readString(file));
        return new DemoConfig(root);
    }

    /// Replaces the value of a key such as `mqtt.uri`; the key must be there.
    DemoConfig set(String key, Object value) {
        var section = root;
        var parts = List.of(key.split("\\."));
        for (var part : parts.subList(0, parts.size() - 1)) {
            section = section(section.get(part), key);
        }
        if (!section.containsKey(parts.getLast())) {
            throw new IllegalArgumentException("the shipped configuration has no " + key);
        }
        section.put(parts.getLast(), value);
        replaced.add(key);
        return this;
    }

    private static Map<String, Object> section(Object value, String key) {
        if (!(value instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException("the shipped configuration has no " + key);
        }
        @SuppressWarnings("unchecked") // YAML maps of this file have text keys.
        var section = (Map<String, Object>) map;
        return section;
    }

    List<String> replaced() {
        return List.copyOf(replaced);
    }

    void write(Path file) throws IOException {
        var options = new DumperOptions();
        options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        Files.writeString(file, new Yaml(options).dump(root));
    }

    /// A map in the order of its arguments: key, value, key, value.
    static Map<String, Object> map(Object... pairs) {
        var map = new LinkedHashMap<String, Object>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put(String.valueOf(pairs[i]), pairs[i + 1]);
        }
        return map;
    }
}
