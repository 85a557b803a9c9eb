package org.surehop.adapter.snmp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.surehop.core.assurance.Verdict;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.PartHealth;
import org.surehop.core.report.Reason;
import org.surehop.core.report.Severity;
import org.surehop.core.sip.Leg;

/// `mibs/SUREHOP-MIB` says what the code says, and other people's tools accept it.
class MibTest {
    @TempDir Path directory;

    @Test
    void enumerationsAreThoseOfTheCode() throws Exception {
        var kinds = new LinkedHashMap<String, Integer>();
        for (var kind : NoticeKind.values()) {
            kinds.put(label(kind.wireName()), kind.number());
        }
        var reasons = new LinkedHashMap<String, Integer>();
        for (var reason : Reason.values()) {
            reasons.put(label(reason.wireName()), reason.number());
        }
        var parts = new LinkedHashMap<String, Integer>();
        for (var part : PartHealth.Part.values()) {
            parts.put(part.wireName(), part.number());
        }
        var states = new LinkedHashMap<String, Integer>();
        for (var state : PartHealth.State.values()) {
            states.put(state.wireName(), state.number());
        }
        var verdicts = new LinkedHashMap<>(Map.of("unknown", 0));
        for (var level : Verdict.Level.values()) {
            var word = label(level.name().toLowerCase(Locale.ROOT).replace('_', '-'));
            verdicts.put(word, Words.verdict(level.name()));
        }
        var severities = new LinkedHashMap<String, Integer>();
        for (var severity : Severity.values()) {
            severities.put(severity.name().toLowerCase(Locale.ROOT), severity.ordinal() + 1);
        }
        var legs = new LinkedHashMap<>(Map.of("none", 0));
        for (var leg : Leg.values()) {
            legs.put(leg.name().toLowerCase(Locale.ROOT), leg.ordinal() + 1);
        }
        assertEquals(kinds, enumeration("SurehopNoticeKind"));
        assertEquals(reasons, enumeration("SurehopReason"));
        assertEquals(parts, enumeration("SurehopPart"));
        assertEquals(states, enumeration("SurehopHealthState"));
        assertEquals(verdicts, enumeration("SurehopVerdict"));
        assertEquals(severities, enumeration("SurehopSeverity"));
        assertEquals(legs, enumeration("SurehopLeg"));
    }

    @Test
    void smilintFindsNothingAtLevelSix() throws Exception {
        NetSnmp.needs("smilint");
        var line = new ArrayList<>(List.of("env", "SMIPATH=" + NetSnmp.MIBS, "smilint", "-l", "6"));
        try (var files = Files.list(NetSnmp.MIBS)) {
            files.map(Path::toString).filter(f -> f.contains("SUREHOP-")).forEach(line::add);
        }
        var lint = NetSnmp.run(directory, line);
        assertEquals("", lint.output());
        assertEquals(0, lint.exit());
    }

    @Test
    void oidMapNamesEveryObject() throws Exception {
        NetSnmp.needs("snmptranslate");
        var tree =
                NetSnmp.run(
                        directory,
                        List.of(
                                "snmptranslate",
                                "-M",
                                NetSnmp.MIBS.toString(),
                                "-m",
                                "SUREHOP-MIB",
                                "-Tz"));
        var map = Files.readString(NetSnmp.MIBS.resolve("OIDS.md"));
        var line = Pattern.compile("\"(\\w+)\"\\s+\"1\\.3\\.6\\.1\\.4\\.1\\.32473([.0-9]*)\"");
        var found = 0;
        for (var match = line.matcher(tree.output()); match.find(); found++) {
            var oid = match.group(2).isEmpty() ? "." : match.group(2);
            var row = "| `" + oid + "` | " + match.group(1) + " |";
            assertTrue(map.contains(row), row);
        }
        assertEquals(found, map.lines().filter(l -> l.startsWith("| `")).count());
    }

    private static Map<String, Integer> enumeration(String name) throws Exception {
        var mib = Files.readString(NetSnmp.MIBS.resolve("SUREHOP-MIB"));
        var start = mib.indexOf("\n" + name + " ::= TEXTUAL-CONVENTION");
        var body = mib.substring(mib.indexOf("SYNTAX INTEGER {", start));
        var numbers = new LinkedHashMap<String, Integer>();
        var entry = Pattern.compile("(\\w+)\\((\\d+)\\)");
        var match = entry.matcher(body.substring(0, body.indexOf('}')));
        while (match.find()) {
            numbers.put(match.group(1), Integer.valueOf(match.group(2)));
        }
        return numbers;
    }

    /// A name of ours as SMIv2 allows it: no points, no hyphens.
    private static String label(String wireName) {
        var label = new StringBuilder();
        var upper = false;
        for (var c : wireName.toCharArray()) {
            if (c == '-' || c == '.') {
                upper = true;
            } else {
                label.append(upper ? Character.toUpperCase(c) : c);
                upper = false;
            }
        }
        return label.toString();
    }
}
