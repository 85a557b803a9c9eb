package org.surehop.adapter.setup;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is uploaded is read within limits, or refused with a sentence.
class OfferTest {
    private static final byte[] YAML = "gateway: {id: a}\n".getBytes(StandardCharsets.UTF_8);

    @Test
    void takesOneFileOfYaml() throws Exception {
        var files = Offer.of(YAML).files();
        assertEquals(List.of("surehop.yaml"), List.copyOf(files.keySet()));
        assertArrayEquals(YAML, files.get("surehop.yaml"));
    }

    @Test
    void takesAnArchiveWithFolders() throws Exception {
        var zip =
                zipped("surehop.yaml", "tls.pem", "network/10-wan0.network", "a/b/c.pem").of(YAML);
        assertEquals(
                List.of("a/b/c.pem", "network/10-wan0.network", "surehop.yaml", "tls.pem"),
                List.copyOf(Offer.of(zip).files().keySet()));
    }

    /// Names that lead out, hide, or could mean something to a shell.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "../x",
                "/etc/passwd",
                "a/../../x",
                "a//b",
                "a/b/c/d",
                ".hidden",
                "network/.x",
                "a b",
                "x\ny",
                "-rf",
                "x$(reboot)",
                "C:\\x",
                "ä"
            })
    void refusesNamesThatItDoesNotKnowToBeHarmless(String name) throws Exception {
        assertTrue(refusal(zipped("surehop.yaml", name).of(YAML)).contains("a name"));
    }

    @Test
    void refusesWhatUnpacksToMoreThanTwoMebioctets() throws Exception {
        var bomb = zipped("surehop.yaml", "zeros").of(new byte[(1 << 20) + 1]);
        assertTrue(bomb.length < 10_000, "the archive itself is small");
        assertTrue(refusal(bomb).contains("unpacks to more"));
        var most = zipped("surehop.yaml", "zeros").of(new byte[1 << 20]);
        assertEquals(2, Offer.of(most).files().size());
    }

    @Test
    void refusesMoreThanSixtyFourFiles() throws Exception {
        var names = new String[65];
        Arrays.setAll(names, n -> n == 0 ? "surehop.yaml" : "f" + n);
        assertTrue(refusal(zipped(names).of(YAML)).contains("64 files"));
        assertEquals(64, Offer.of(zipped(Arrays.copyOf(names, 64)).of(YAML)).files().size());
    }

    @Test
    void refusesAFileThatIsAFolderToo() throws Exception {
        assertTrue(refusal(zipped("surehop.yaml", "a", "a/b").of(YAML)).contains("folder"));
    }

    @Test
    void refusesWhatIsDamagedOrNothing() throws Exception {
        var whole = zipped("surehop.yaml").of(YAML);
        var cut = Arrays.copyOf(whole, 40);
        assertTrue(refusal(cut).contains("damaged"));
        assertTrue(refusal("PK what".getBytes(StandardCharsets.UTF_8)).contains("no surehop.yaml"));
        assertTrue(refusal(new byte[] {(byte) 0xff, 1}).contains("neither"));
        assertTrue(refusal(new byte[0]).contains("neither"));
        assertTrue(refusal(zipped("other.yaml").of(YAML)).contains("no surehop.yaml"));
        assertTrue(refusal(new byte[Offer.MOST_OCTETS + 1]).contains("more than 1048576"));
    }

    private static String refusal(byte[] upload) {
        return String.valueOf(
                assertThrows(Offer.Unreadable.class, () -> Offer.of(upload)).getMessage());
    }

    private interface Zip {
        byte[] of(byte[] content) throws IOException;
    }

    /// An archive in which each of these names has the same content.
    private static Zip zipped(String... names) {
        return content -> {
            var octets = new ByteArrayOutputStream();
            try (var zip = new ZipOutputStream(octets)) {
                for (var name : names) {
                    zip.putNextEntry(new ZipEntry(name));
                    zip.write(content);
                    zip.closeEntry();
                }
            }
            return octets.toByteArray();
        };
    }
}
