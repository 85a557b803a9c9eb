package org.surehop.adapter.cms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.surehop.core.archive.Slip;
import org.surehop.core.disclosure.BodyFacts.Obstacle;
import org.surehop.core.disclosure.KeyScope;
import org.surehop.core.disclosure.SignerFacts.Status;
import org.surehop.core.disclosure.TaskId;
import org.surehop.core.gateway.Effect;
import org.surehop.core.gateway.Event;
import org.surehop.core.report.CallKey;
import org.surehop.core.report.JsonText;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.CallId;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.Side;

/// What the CMS layer makes of a message for the archive, and who can read it.
class ArchiveSealTest {
    private static final Slip SLIP =
            new Slip(
                    CmsFixtures.NOW,
                    Side.INSIDE,
                    new CallKey(new CallId("call-1"), "tag", 7, Method.MESSAGE),
                    "sip:alice@example.com",
                    "sip:bob@example.org",
                    "sip:bob@example.org",
                    "Tue, 01 Jan 2030 00:00:00 GMT",
                    List.of("example.com"));

    @TempDir Path directory;

    private static ArchiveSeal seal(String reader) throws KeyMaterialFault {
        return ArchiveSeal.load(
                CmsFixtures.FOLDER.resolve(reader + ".pem").toString(), CmsFixtures.keys("gw-ec"));
    }

    private static Event.MessageRead read(Body body, Optional<ArchiveSeal> seal) {
        var reader = CmsFixtures.reader("gw-ec");
        var reading = new MessageReading(reader, seal);
        var effect =
                new Effect.ReadMessage(new TaskId(1), body, Optional.of(SLIP), 2, KeyScope.NONE);
        try (var lease = reader.kept().enter(effect.scope())) {
            return reading.read(effect, CmsFixtures.NOW, lease);
        }
    }

    private static ArchiveOpener opener(String reader) throws KeyMaterialFault {
        return ArchiveOpener.load(
                CmsFixtures.FOLDER.resolve(reader + ".pem"),
                CmsFixtures.FOLDER.resolve(reader + ".key"),
                CmsFixtures.FOLDER.resolve("ca.pem"),
                CmsFixtures.PROVIDER);
    }

    /// No RSA key that signs in another test: once the JVM has encrypted for it, approved mode
    /// verifies nothing by it, and signatures that were good failed in whole runs alone.
    @ParameterizedTest
    @ValueSource(strings = {"alice-ec", "gw-rsa", "gw-p384"})
    void isReadByTheArchivesKeyAndNoOther(String reader) throws Exception {
        var body = CmsFixtures.smime(CmsFixtures.file("n3-alice-ec.der"));
        var made = read(body, Optional.of(seal(reader)));
        assertTrue(made.facts().parts().getFirst().octets().isEmpty(), "facts, no content");
        assertEquals(Status.VALID, made.facts().parts().getFirst().signers().getFirst().status());

        var sealed = made.sealed().toArray();
        var opened = opener(reader).open(sealed, CmsFixtures.NOW).orElseThrow();
        assertEquals(Status.VALID, opened.gateway().status());
        assertEquals(List.of("gw.example.com"), opened.gateway().identities());
        assertEquals(CmsFixtures.sdp(), opened.parts().getFirst().octets());
        var slip = JsonText.strings(opened.slip());
        assertEquals("sip:alice@example.com", slip.get("from"));
        assertEquals("call-1", slip.get("callId"));
        assertTrue(opened.slip().contains("\"status\":\"VALID\""), opened.slip());

        assertEquals(Optional.empty(), opener("bob-ec").open(sealed, CmsFixtures.NOW));
        var bent = sealed.clone();
        bent[bent.length / 2] ^= 1;
        assertEquals(Optional.empty(), opener(reader).open(bent, CmsFixtures.NOW));
    }

    @ParameterizedTest
    @ValueSource(strings = {"line\r\n", "no line end", "lone\nfeed", "nul\0", "caf\u00e9\r\n\r\n"})
    void keepsEveryOctetOfAText(String text) throws Exception {
        var octets = Octets.copyOf(text.getBytes(StandardCharsets.UTF_8));
        var body = new Body(List.of(new Header("Content-Type", "text/plain")), octets);
        var sealed = read(body, Optional.of(seal("alice-ec"))).sealed().toArray();
        assertFalse(new String(sealed, StandardCharsets.ISO_8859_1).contains(text));
        var opened = opener("alice-ec").open(sealed, CmsFixtures.NOW).orElseThrow();
        assertEquals(octets, opened.parts().getFirst().octets());
        assertEquals("text/plain", opened.parts().getFirst().mediaType());
    }

    @Test
    void sealsNothingThatWasNotReadWhole() throws Exception {
        var body = CmsFixtures.smime(CmsFixtures.file("n1-bob-only.der"));
        var made = read(body, Optional.of(seal("alice-ec")));
        assertEquals(Set.of(Obstacle.NOT_A_RECIPIENT), made.facts().obstacles());
        assertTrue(made.sealed().isEmpty());
    }

    @Test
    void sealsNothingWithoutAnArchive() {
        var body = CmsFixtures.smime(CmsFixtures.file("n1-ec.der"));
        assertTrue(read(body, Optional.empty()).sealed().isEmpty());
    }

    @Test
    void refusesWhatTheGatewayItselfCouldOpen() throws Exception {
        assertTrue(fault("gw-ec.pem").contains("another key than the gateway's own"));
        var both =
                Files.readString(CmsFixtures.FOLDER.resolve("alice-ec.pem"))
                        + Files.readString(CmsFixtures.FOLDER.resolve("alice-ec.key"));
        var file = Files.writeString(directory.resolve("both.pem"), both);
        assertTrue(fault(file.toString()).contains("the archive's key belongs elsewhere"));
        assertTrue(fault("stranger.none").contains("cannot be read"));
    }

    private static String fault(String file) {
        var path = CmsFixtures.FOLDER.resolve(file).toString();
        var fault =
                assertThrows(
                        KeyMaterialFault.class,
                        () -> ArchiveSeal.load(path, CmsFixtures.keys("gw-ec")));
        return String.valueOf(fault.getMessage());
    }
}
