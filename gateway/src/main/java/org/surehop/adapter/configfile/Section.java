package org.surehop.adapter.configfile;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.apache.commons.configuration2.tree.ImmutableNode;
import org.jspecify.annotations.Nullable;
import org.surehop.core.config.SecretRef;

/// One map of the file. Each reading method asks for one key, gives its value or its default,
/// and notes a fault when the value does not have the expected form; [#close] notes the keys
/// that nobody asked for. Values are read from the tree, so that the variables of the library
/// (`${env:...}`) mean nothing here.
final class Section {
    /// Stands for text that could not be read, so that reading goes on to find all faults.
    static final String UNREAD = "unread";

    private static final int MOST_ELEMENTS = 10_000;

    private final ImmutableNode node;
    private final String path;
    private final String pattern;
    private final Reading reading;
    private final Set<String> asked = new LinkedHashSet<>();
    private final Set<String> former = new LinkedHashSet<>();

    /// What one reading of a file shares: where faults go, which keys are known, what relative
    /// paths are relative to, and where the file has lists.
    record Reading(Faults faults, Set<String> known, Path directory, Set<String> lists) {}

    private Section(ImmutableNode node, String path, String pattern, Reading reading) {
        this.node = node;
        this.path = path;
        this.pattern = pattern;
        this.reading = reading;
    }

    static Section root(ImmutableNode node, Reading reading) {
        return new Section(node, "", "", reading);
    }

    /// A map below this one; an absent one is empty, so that defaults and missing keys show.
    Section section(String key) {
        asked.add(key);
        var nodes = node.getChildren(key);
        if (isList(key)
                || nodes.size() > 1
                || (nodes.size() == 1 && nodes.getFirst().getValue() != null)) {
            fault(key, "expected a map of keys");
        }
        var found = nodes.isEmpty() ? empty(key) : nodes.getFirst();
        return new Section(found, dotted(path, key), dotted(pattern, key), reading);
    }

    /// A list of maps.
    List<Section> sections(String key) {
        asked.add(key);
        var found = new ArrayList<Section>();
        for (var child : node.getChildren(key)) {
            var name = key + "[" + found.size() + "]";
            if (child.getValue() != null) {
                fault(name, "expected a map of keys");
            }
            found.add(new Section(child, dotted(path, name), dotted(pattern, key + "[]"), reading));
        }
        return found;
    }

    /// Text that must be there and match.
    String text(String key, String form, String regex) {
        return text(key, null, form, regex);
    }

    /// Text that matches, or `fallback` when it is absent; `null` stands for no fallback.
    String text(String key, @Nullable String fallback, String form, String regex) {
        var value = value(key);
        if (value == null) {
            return absent(key, fallback, form, UNREAD);
        }
        if (!(value instanceof String text) || !text.matches(regex)) {
            return wrong(key, form, value, fallback == null ? UNREAD : fallback);
        }
        return text;
    }

    /// An address literal; `fallback` may be empty, which then may be written too.
    String address(String key, @Nullable String fallback) {
        var form = "an IPv4 or IPv6 address" + ("".equals(fallback) ? ", or nothing" : "");
        var read = text(key, fallback, form, ".{0,64}");
        if (read.isEmpty() && (fallback == null || fallback.isEmpty())) {
            return read;
        }
        try {
            InetAddress.ofLiteral(read);
            return read;
        } catch (IllegalArgumentException e) {
            return read.equals(UNREAD) ? read : wrong(key, form, read, UNREAD);
        }
    }

    List<String> texts(String key, List<String> fallback, String form, String regex) {
        return list(
                key,
                fallback,
                form,
                value -> value instanceof String text && text.matches(regex) ? text : null);
    }

    /// A list of values that `reader` turns into something, or `null` for what it cannot read.
    <T> List<T> list(
            String key, List<T> fallback, String form, Function<Object, @Nullable T> reader) {
        known(key);
        var children = node.getChildren(key);
        if (children.isEmpty()) {
            return isList(key) ? List.of() : fallback;
        }
        var found = new ArrayList<T>();
        for (int i = 0; i < Math.min(children.size(), MOST_ELEMENTS); i++) {
            var value = children.get(i).getValue();
            var read = value == null ? null : reader.apply(value);
            if (read == null) {
                wrong(key + "[" + i + "]", form, value == null ? "nothing" : value, "");
            } else {
                found.add(read);
            }
        }
        return found;
    }

    int integer(String key, @Nullable Integer fallback, int least, int most) {
        var form = "a whole number from " + least + " to " + most;
        var value = value(key);
        if (value == null) {
            return absent(key, fallback, form, least);
        }
        return value instanceof Integer number && number >= least && number <= most
                ? number
                : wrong(key, form, value, least);
    }

    long large(String key, long fallback, long least, long most) {
        var form = "a whole number from " + least + " to " + most;
        var value = value(key);
        if (value == null) {
            return fallback;
        }
        return value instanceof Number number
                        && (value instanceof Integer || value instanceof Long)
                        && number.longValue() >= least
                        && number.longValue() <= most
                ? number.longValue()
                : wrong(key, form, value, least);
    }

    /// Octets: a plain number or with `KiB` or `MiB`.
    int octets(String key, String fallback, String least, String most) {
        var form = "a size such as 512, 64KiB or 1MiB, from " + least + " to " + most;
        var value = value(key);
        var octets = Units.octets(value == null ? fallback : value);
        return octets >= Units.octets(least) && octets <= Units.octets(most)
                ? Math.toIntExact(octets)
                : wrong(key, form, value, 1);
    }

    /// A time such as `500ms`, `30s`, `5m`, `2h`, `7d`.
    Duration duration(String key, String fallback, String least, String most) {
        var form = "a duration such as 500ms, 30s, 5m, 2h or 7d, from " + least + " to " + most;
        var value = value(key);
        var read = Units.duration(value == null ? fallback : value);
        var lowest = Units.duration(least).orElseThrow();
        return read.filter(d -> d.compareTo(lowest) >= 0)
                .filter(d -> d.compareTo(Units.duration(most).orElseThrow()) <= 0)
                .orElseGet(() -> wrong(key, form, value, lowest));
    }

    boolean flag(String key, boolean fallback) {
        var value = value(key);
        if (value == null) {
            return fallback;
        }
        return value instanceof Boolean flag ? flag : wrong(key, "true or false", value, fallback);
    }

    /// One of an enum's constants, written in lower case with dashes.
    <E extends Enum<E>> E choice(String key, Class<E> type, @Nullable E fallback) {
        var constants = type.getEnumConstants();
        var words = new ArrayList<String>();
        for (var constant : constants) {
            words.add(word(constant));
        }
        var form = "one of " + String.join(", ", words);
        var value = value(key);
        if (value == null) {
            return absent(key, fallback, form, constants[0]);
        }
        var at = value instanceof String text ? words.indexOf(text) : -1;
        return at >= 0 ? constants[at] : wrong(key, form, value, constants[0]);
    }

    /// The same, or nothing where the key is left out.
    <E extends Enum<E>> Optional<E> choice(String key, Class<E> type) {
        return value(key) == null ? Optional.empty() : Optional.of(choice(key, type, null));
    }

    int oneOf(String key, int fallback, List<Integer> allowed) {
        var value = value(key);
        if (value == null) {
            return fallback;
        }
        return value instanceof Integer number && allowed.contains(number)
                ? number
                : wrong(key, "one of " + allowed, value, fallback);
    }

    /// A file or directory; relative ones are relative to the configuration file. Empty stays
    /// empty.
    String file(String key, @Nullable String fallback) {
        var value = text(key, fallback, "the path of a file", "[^\\x00]*");
        if (value.isEmpty()) {
            if (fallback == null && !node.getChildren(key).isEmpty()) {
                fault(key, "expected the path of a file, found nothing");
            }
            return value;
        }
        return resolve(value);
    }

    /// Files, relative as above; none when there is no such key.
    List<String> files(String key) {
        return list(
                key,
                List.of(),
                "the path of a file",
                value -> value instanceof String text && !text.isEmpty() ? resolve(text) : null);
    }

    /// Where a secret is; the value itself is refused and never repeated in the fault.
    SecretRef secret(String key, @Nullable String fallback) {
        var form = "a reference file:PATH or env:NAME, never the secret itself";
        var value = value(key);
        if (value == null) {
            value = absent(key, fallback, form, "");
        }
        var text = value instanceof String s ? s : "?";
        if (text.isEmpty()) {
            return new SecretRef(SecretRef.Kind.FILE, "");
        }
        if (text.startsWith("file:") && text.length() > 5) {
            return new SecretRef(SecretRef.Kind.FILE, resolve(text.substring(5)));
        }
        if (text.matches("env:[A-Za-z_][A-Za-z0-9_]*")) {
            return new SecretRef(SecretRef.Kind.ENV, text.substring(4));
        }
        fault(key, "expected " + form);
        return new SecretRef(SecretRef.Kind.FILE, "");
    }

    /// A key that older files have and that is another now: said by itself.
    void renamed(String old, String expected) {
        if (!node.getChildren(old).isEmpty()) {
            fault(old, "is no longer a key, expected " + expected);
            former.add(old);
        }
    }

    void fault(String key, String sentence) {
        reading.faults().add(dotted(path, key), sentence);
    }

    /// A fault of the whole, noted only when nothing more exact was.
    void lastFault(String sentence) {
        if (reading.faults().none()) {
            fault("", sentence);
        }
    }

    /// To be called when everything was asked for: what is left is unknown.
    void close() {
        var seen = new LinkedHashSet<String>();
        for (var child : node.getChildren()) {
            if (!asked.contains(child.getNodeName())
                    && !former.contains(child.getNodeName())
                    && seen.add(child.getNodeName())) {
                fault(
                        child.getNodeName(),
                        "unknown key, expected one of " + String.join(", ", asked));
            }
        }
    }

    private @Nullable Object value(String key) {
        known(key);
        var nodes = node.getChildren(key);
        if (nodes.isEmpty() && !isList(key)) {
            return null;
        }
        if (isList(key)) {
            return new Object() {
                @Override
                public String toString() {
                    return "a list";
                }
            };
        }
        var only = nodes.getFirst();
        if (!only.getChildren().isEmpty() || only.getValue() == null) {
            return new Object() {
                @Override
                public String toString() {
                    return "no single value";
                }
            };
        }
        return only.getValue();
    }

    private boolean isList(String key) {
        return reading.lists().contains(dotted(path, key));
    }

    private void known(String key) {
        asked.add(key);
        reading.known().add(dotted(pattern, key));
    }

    private <T> T absent(String key, @Nullable T fallback, String form, T instead) {
        if (fallback != null) {
            return fallback;
        }
        fault(key, "is missing, expected " + form);
        return instead;
    }

    private <T> T wrong(String key, String form, @Nullable Object found, T instead) {
        var shown = String.valueOf(found);
        var brief = shown.length() > 60 ? shown.substring(0, 60) + "..." : shown;
        fault(key, "expected " + form + ", found '" + brief.replaceAll("\\p{Cntrl}", "?") + "'");
        return instead;
    }

    private String resolve(String file) {
        return reading.directory().resolve(file).normalize().toString();
    }

    private static ImmutableNode empty(String key) {
        return new ImmutableNode.Builder().name(key).create();
    }

    private static String dotted(String before, String key) {
        return before.isEmpty() ? key : before + "." + key;
    }

    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
