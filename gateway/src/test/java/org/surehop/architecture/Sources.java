package org.surehop.architecture;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.tools.ToolProvider;

/// The project's files, as text and as the compiler reads them.
final class Sources {
    /// Tests run in gateway/.
    static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

    private static final Set<String> NOT_OURS =
            Set.of("target", ".git", "node_modules", "third-party");

    private Sources() {}

    /// All files whose name ends so, without what a build makes.
    static List<Path> files(Path below, String ending) throws IOException {
        var found = new ArrayList<Path>();
        collect(below, ending, found);
        return found;
    }

    static List<Parsed> parsed(Path below) throws IOException {
        var compiler = ToolProvider.getSystemJavaCompiler();
        var parsed = new ArrayList<Parsed>();
        try (var manager = compiler.getStandardFileManager(null, null, null)) {
            var files = manager.getJavaFileObjectsFromPaths(files(below, ".java"));
            var task = (JavacTask) compiler.getTask(null, manager, null, List.of(), null, files);
            var trees = Trees.instance(task);
            for (var unit : task.parse()) {
                parsed.add(new Parsed(Path.of(unit.getSourceFile().toUri()), unit, trees));
            }
        }
        return parsed;
    }

    /// One source file as a tree, with the means to say where something stands.
    record Parsed(Path file, CompilationUnitTree unit, Trees trees) {
        long lines(com.sun.source.tree.Tree tree) {
            var positions = trees.getSourcePositions();
            var map = unit.getLineMap();
            var end = positions.getEndPosition(unit, tree);
            return end < 0
                    ? 0
                    : map.getLineNumber(end)
                            - map.getLineNumber(positions.getStartPosition(unit, tree))
                            + 1;
        }
    }

    private static void collect(Path below, String ending, List<Path> into) throws IOException {
        try (var entries = Files.list(below)) {
            for (var entry : entries.sorted().toList()) {
                if (Files.isDirectory(entry) && !Files.isSymbolicLink(entry)) {
                    if (!NOT_OURS.contains(entry.getFileName().toString())) {
                        collect(entry, ending, into);
                    }
                } else if (entry.toString().endsWith(ending)) {
                    into.add(entry);
                }
            }
        }
    }
}
