package org.surehop.adapter.configfile;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.configuration2.YAMLConfiguration;
import org.apache.commons.configuration2.ex.ConfigurationException;
import org.apache.commons.configuration2.tree.ImmutableNode;
import org.surehop.core.config.GatewayConfig;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/// Reads the configuration file. At most 256 KiB, 12 levels deep, no aliases, no key twice.
public final class ConfigFile {
    private static final int MOST_OCTETS = 256 << 10;
    private static final int MOST_LEVELS = 12;

    private ConfigFile() {}

    /// What came of reading a file.
    public sealed interface Outcome {
        /// The file is good. `keys` are all keys that can be written, in the order of reading.
        record Loaded(GatewayConfig config, Set<String> keys) implements Outcome {}

        /// The file is not; every fault is one sentence.
        record Refused(List<String> faults) implements Outcome {
            public Refused {
                faults = List.copyOf(faults);
            }
        }
    }

    /// Reads `file`; the files that it names are not looked at.
    public static Outcome read(Path file) {
        var faults = new Faults(file.toString());
        var tree = tree(file, faults);
        var directory = file.toAbsolutePath().getParent();
        if (tree.isEmpty() || directory == null) {
            return new Outcome.Refused(faults.sentences());
        }
        var keys = new LinkedHashSet<String>();
        var reading = new Section.Reading(faults, keys, directory, tree.get().lists());
        var config = ConfigReader.read(Section.root(tree.get().root(), reading));
        return faults.none() && config.isPresent()
                ? new Outcome.Loaded(config.get(), keys)
                : new Outcome.Refused(faults.sentences());
    }

    private record Tree(ImmutableNode root, Set<String> lists) {}

    private static Optional<Tree> tree(Path file, Faults faults) {
        try {
            if (Files.size(file) > MOST_OCTETS) {
                faults.add("", "is larger than 256 KiB, expected a configuration in YAML");
                return Optional.empty();
            }
            var yaml = new YAMLConfiguration();
            var text = Files.readString(file);
            yaml.read(new StringReader(text), limits());
            var lists = Lists.of(new Yaml(new SafeConstructor(limits())).load(text));
            return Optional.of(new Tree(yaml.getNodeModel().getNodeHandler().getRootNode(), lists));
        } catch (NoSuchFileException e) {
            faults.add("", "does not exist, expected a configuration in YAML");
        } catch (CharacterCodingException e) {
            faults.add("", "is not UTF-8, expected a configuration in YAML");
        } catch (IOException e) {
            faults.add("", "cannot be read, expected a configuration in YAML");
        } catch (ConfigurationException | RuntimeException e) {
            faults.add("", notYaml(e));
        }
        return Optional.empty();
    }

    private static String notYaml(Exception failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof MarkedYAMLException marked && marked.getProblemMark() != null) {
                var mark = marked.getProblemMark();
                return "is not YAML at line %d, column %d (%s), expected a map of keys"
                        .formatted(mark.getLine() + 1, mark.getColumn() + 1, marked.getProblem());
            }
            if (cause instanceof org.yaml.snakeyaml.error.YAMLException) {
                return "is not acceptable YAML (" + firstLine(cause) + "), expected a map of keys";
            }
        }
        return "is not a configuration, expected a map of keys in YAML";
    }

    private static String firstLine(Throwable cause) {
        return String.valueOf(cause.getMessage()).lines().findFirst().orElse("no reason given");
    }

    private static LoaderOptions limits() {
        var limits = new LoaderOptions();
        limits.setAllowDuplicateKeys(false);
        limits.setMaxAliasesForCollections(0);
        limits.setAllowRecursiveKeys(false);
        limits.setNestingDepthLimit(MOST_LEVELS);
        limits.setCodePointLimit(MOST_OCTETS);
        return limits;
    }
}
