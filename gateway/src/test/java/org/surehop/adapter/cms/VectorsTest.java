package org.surehop.adapter.cms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.surehop.core.disclosure.BodyFacts;
import org.surehop.core.disclosure.DisclosedPart;

/// Bodies in the manner of RFC 4134 and RFC 6216 (`tests/corpus/vectors/make.sh`): what is found in
/// each is what the table says, which was written by hand.
class VectorsTest {
    private static final Path FOLDER = Path.of("../tests/corpus/vectors");

    private static KeyPairing pair(String name) throws KeyMaterialFault {
        return KeyPairing.load(
                name,
                FOLDER.resolve(name + ".pem"),
                FOLDER.resolve(name + ".key"),
                CmsFixtures.PROVIDER);
    }

    private static BodyReader reader(String name) throws KeyMaterialFault {
        var trust =
                PemSource.file("trust", FOLDER.resolve("ca.pem").toString())
                        .certificates(CmsFixtures.PROVIDER);
        var keys = new SmimeKeys(pair(name), pair("gw-ec"), trust, CmsFixtures.PROVIDER);
        return new BodyReader(
                keys,
                CmsFixtures.policy(),
                CmsFixtures.MAX_OCTETS,
                CmsFixtures.READING,
                () -> CmsFixtures.NOW);
    }

    /// "text/plain sealed VALID,UNSUPPORTED", or the obstacle, or "nothing".
    private static String told(BodyFacts facts) {
        var words = new ArrayList<>(facts.obstacles().stream().map(Enum::name).sorted().toList());
        facts.parts().stream().map(VectorsTest::told).forEach(words::add);
        return words.isEmpty() ? "nothing" : String.join(" ", words);
    }

    private static String told(DisclosedPart part) {
        var text = new String(part.octets().toArray(), StandardCharsets.UTF_8);
        var known = text.equals("This is some sample content.") || text.equals("Hello!\r\n");
        var signers = part.signers().stream().map(s -> s.status().name()).sorted();
        return part.mediaType()
                + (known ? "" : " altered")
                + (part.encrypted() ? " sealed " : " open ")
                + (part.signers().isEmpty()
                        ? "unsigned"
                        : signers.collect(Collectors.joining(",")));
    }

    @Test
    void findsInEachFileWhatTheTableSays() throws Exception {
        var rows =
                Files.readAllLines(FOLDER.resolve("expected.txt")).stream()
                        .filter(l -> !l.startsWith("#") && !l.isBlank())
                        .map(l -> l.split("\\s*\\|\\s*", 3))
                        .toList();
        var wanted = new TreeMap<String, String>();
        var found = new TreeMap<String, String>();
        for (var row : rows) {
            var octets = Files.readAllBytes(FOLDER.resolve(row[0]));
            var facts = reader(row[1]).read(CmsFixtures.entity(octets), List.of(), CmsFixtures.NOW);
            wanted.put(row[0] + " by " + row[1], row[2].strip());
            found.put(row[0] + " by " + row[1], told(facts));
        }
        assertEquals(lines(wanted), lines(found));
        try (var files = Files.list(FOLDER)) {
            var all = files.map(f -> f.getFileName().toString()).filter(f -> f.endsWith(".mime"));
            assertEquals(
                    all.sorted().toList(),
                    rows.stream().map(r -> r[0]).distinct().sorted().toList());
        }
        assertTrue(rows.size() > 30);
    }

    private static String lines(TreeMap<String, String> map) {
        return map.entrySet().stream()
                .map(e -> e.getKey() + " | " + e.getValue())
                .collect(Collectors.joining("\n"));
    }
}
