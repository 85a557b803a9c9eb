package org.surehop.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.source.tree.BlockTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.DoWhileLoopTree;
import com.sun.source.tree.EnhancedForLoopTree;
import com.sun.source.tree.ForLoopTree;
import com.sun.source.tree.IfTree;
import com.sun.source.tree.LambdaExpressionTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.WhileLoopTree;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The sizes of STYLE.md, and that documents tell the truth about files.
class TidyTest {
    private static final int FILE_LINES = 400;
    private static final int METHOD_LINES = 60;
    private static final int PARAMETERS = 5;
    private static final int NESTING = 3;
    private static final int COLUMNS = 100;

    /// A room with more files than this shows its visitors a map.
    private static final int ROOM_FILES = 50;
    private static final Path MAIN = Path.of("src", "main", "java");
    private static final Path TEST = Path.of("src", "test", "java");

    private static final Pattern BARE_TODO =
            Pattern.compile("\\b(TODO|FIXME|XXX)\\b(?!\\(#[0-9]+\\))");
    private static final Pattern VAGUE =
            Pattern.compile(".*(Util|Utils|Helper|Manager|Impl|Context)");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#\\s]+)(#[^)]*)?\\)");
    private static final Pattern COMMAND =
            Pattern.compile(
                    "(?:^|[\\s`(])((?:gateway/bin|tests|\\.ci)/[A-Za-z0-9_./-]*[A-Za-z0-9])");

    @Test
    void filesMethodsAndNestingStaySmall() throws Exception {
        var faults = new TreeSet<String>();
        for (var root : List.of(MAIN, TEST)) {
            for (var parsed : Sources.parsed(root)) {
                faults.addAll(sizes(parsed));
            }
        }
        assertEquals("", unknown(faults));
    }

    @Test
    void linesFitAndNothingIsLeftOpen() throws Exception {
        var faults = new TreeSet<String>();
        for (var root : List.of(MAIN, TEST)) {
            for (var file : Sources.files(root, ".java")) {
                lines(file, faults);
            }
        }
        assertEquals("", String.join("\n", faults));
    }

    @Test
    void aLargeRoomHasAMapOfAllItsTypes() throws Exception {
        var rooms = new TreeMap<Path, List<Path>>();
        for (var file : Sources.files(MAIN, ".java")) {
            rooms.computeIfAbsent(file.getParent(), _ -> new ArrayList<>()).add(file);
        }
        var faults = new TreeSet<String>();
        for (var room : rooms.entrySet()) {
            var map = Files.readString(room.getKey().resolve("package-info.java"));
            for (var file : room.getValue()) {
                var name = file.getFileName().toString().replace(".java", "");
                if (room.getValue().size() > ROOM_FILES
                        && !name.equals("package-info")
                        && !map.contains("[" + name + "]")) {
                    faults.add(room.getKey() + "/package-info.java does not name " + name);
                }
            }
        }
        assertEquals("", String.join("\n", faults));
    }

    @Test
    void everyPackageSaysWhatItIsFor() throws Exception {
        var faults = new TreeSet<String>();
        for (var file : Sources.files(MAIN, ".java")) {
            var info = file.resolveSibling("package-info.java");
            if (!Files.exists(info)) {
                faults.add(file.getParent() + " has no package-info.java");
                continue;
            }
            var text = Files.readString(info);
            if (!text.startsWith("///") || !text.contains("NullMarked")) {
                faults.add(info + " has no sentence or no @NullMarked");
            }
        }
        assertEquals("", String.join("\n", faults));
    }

    @Test
    void linksInDocumentsLeadSomewhere() throws Exception {
        var faults = new TreeSet<String>();
        for (var document : Sources.files(Sources.PROJECT, ".md")) {
            var links = LINK.matcher(Files.readString(document));
            while (links.find()) {
                var target = links.group(1);
                if (!target.matches("[a-z]+:.*")
                        && !Files.exists(document.resolveSibling(target))) {
                    faults.add(Sources.PROJECT.relativize(document) + " links to " + target);
                }
            }
        }
        assertEquals("", String.join("\n", faults));
    }

    @Test
    void commandsInDocumentsExist() throws Exception {
        var faults = new TreeSet<String>();
        for (var document : Sources.files(Sources.PROJECT, ".md")) {
            var commands = COMMAND.matcher(Files.readString(document));
            while (commands.find()) {
                var command = commands.group(1);
                if (!Files.exists(Sources.PROJECT.resolve(command))) {
                    faults.add(Sources.PROJECT.relativize(document) + " names " + command);
                }
            }
        }
        assertEquals("", unknown(faults));
    }

    /// Without what `untidy.txt` admits: a list that may only grow shorter.
    private static String unknown(TreeSet<String> faults) throws IOException {
        var admitted = Files.readAllLines(Path.of("untidy.txt"));
        faults.removeIf(fault -> admitted.stream().anyMatch(fault::startsWith));
        return String.join("\n", faults);
    }

    private static List<String> sizes(Sources.Parsed parsed) throws IOException {
        var faults = new ArrayList<String>();
        var lines = Files.readAllLines(parsed.file()).size();
        if (lines > FILE_LINES) {
            faults.add(name(parsed.file()) + " has " + lines + " lines");
        }
        new TreeScanner<Void, Tree.Kind>() {
            @Override
            public Void visitClass(ClassTree tree, Tree.Kind outer) {
                if (VAGUE.matcher(tree.getSimpleName()).matches()) {
                    faults.add(name(parsed.file()) + " " + tree.getSimpleName() + " is no name");
                }
                return super.visitClass(tree, tree.getKind());
            }

            @Override
            public Void visitMethod(MethodTree method, Tree.Kind owner) {
                var where = name(parsed.file()) + " " + method.getName();
                if (parsed.lines(method) > METHOD_LINES) {
                    faults.add(where + " has " + parsed.lines(method) + " lines");
                }
                if (method.getParameters().size() > PARAMETERS && !forced(method, owner)) {
                    faults.add(where + " has " + method.getParameters().size() + " parameters");
                }
                if (method.getBody() != null && depth(method.getBody()) > NESTING) {
                    faults.add(where + " nests " + depth(method.getBody()) + " deep");
                }
                return super.visitMethod(method, owner);
            }
        }.scan(parsed.unit(), null);
        return faults;
    }

    /// A record's constructor has the components that it has; an overriding method has no
    /// choice.
    private static boolean forced(MethodTree method, Tree.Kind owner) {
        return method.getModifiers().getAnnotations().toString().contains("Override")
                || (method.getReturnType() == null && owner == Tree.Kind.RECORD);
    }

    /// How deep conditions and loops stand in each other; `else if` is one step, a lambda's
    /// body begins anew.
    private static int depth(BlockTree body) {
        var deepest = new int[1];
        new TreeScanner<Void, Integer>() {
            @Override
            public Void scan(Tree tree, Integer depth) {
                if (!(tree instanceof IfTree
                        || tree instanceof ForLoopTree
                        || tree instanceof EnhancedForLoopTree
                        || tree instanceof WhileLoopTree
                        || tree instanceof DoWhileLoopTree)) {
                    return super.scan(tree, tree instanceof LambdaExpressionTree ? 0 : depth);
                }
                deepest[0] = Math.max(deepest[0], depth + 1);
                return super.scan(tree, depth + 1);
            }

            @Override
            public Void visitIf(IfTree tree, Integer depth) {
                scan(tree.getCondition(), depth);
                scan(tree.getThenStatement(), depth);
                var otherwise = tree.getElseStatement();
                return otherwise instanceof IfTree next
                        ? visitIf(next, depth)
                        : scan(otherwise, depth);
            }

            @Override
            public Void visitClass(ClassTree tree, Integer depth) {
                return null;
            }
        }.scan(body, 0);
        return deepest[0];
    }

    private static void lines(Path file, TreeSet<String> faults) throws IOException {
        var all = Files.readAllLines(file);
        var ourselves = file.endsWith("TidyTest.java");
        var textBlock = false;
        for (int i = 0; i < all.size(); i++) {
            var line = all.get(i);
            var where = name(file) + " line " + (i + 1);
            textBlock ^= line.split("\"\"\"", -1).length % 2 == 0;
            if (line.length() > COLUMNS && !textBlock && !line.startsWith("import ")) {
                faults.add(where + " has " + line.length() + " columns");
            }
            if (BARE_TODO.matcher(line).find() && !ourselves) {
                faults.add(where + " has a TODO without a number");
            }
        }
    }

    private static String name(Path file) {
        return file.getFileName().toString();
    }
}
