package org.surehop.adapter.setup;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.surehop.adapter.tls.Credentials;
import org.surehop.adapter.tls.PageTls;
import org.surehop.adapter.tls.TlsSockets;
import org.surehop.adapter.tls.TrialAuthority;
import org.surehop.adapter.tls.TrialCertificate;

/// The page over real TLS, as a browser and as somebody hostile meets it.
class SetupPageTest {
    private static final String NAME = "setup.invalid";
    private static final Credentials OWN =
            TrialAuthority.named("page", InstantSource.system()).issue(TrialCertificate.tls(NAME));
    private static final BoxCard CARD =
            new BoxCard(
                    "surehop-0a1b2c3d4e5f",
                    "1.2.3",
                    "<aa:bb>",
                    Map.of("tls.csr", "-----BEGIN CERTIFICATE REQUEST-----\n"));
    private static final String YAML = "gateway: {id: a}\n";

    @TempDir Path directory;

    @Test
    void showsWhoTheBoxIsToAnybody() throws Exception {
        try (var box = box("go", "taken\nend\n");
                var page = page()) {
            var shown = get(page, "/");
            assertTrue(shown.startsWith("HTTP/1.1 200 "), shown);
            assertTrue(shown.contains("surehop-0a1b2c3d4e5f"), shown);
            assertTrue(shown.contains("&lt;aa:bb&gt;"), shown);
            assertTrue(shown.contains("default-src 'none'"), shown);
            assertTrue(get(page, "/tls.csr").contains("BEGIN CERTIFICATE REQUEST"));
            assertTrue(get(page, "/page.js").contains(SetupPage.CODE_HEADER));
            assertTrue(get(page, "/page.key").startsWith("HTTP/1.1 404 "));
            assertTrue(get(page, "/../page.html").startsWith("HTTP/1.1 404 "));
            assertEquals(List.of(), box.codes);
        }
    }

    @Test
    void givesTheBoxACodeAndThenTheFiles() throws Exception {
        try (var box = box("go", "taken\nend\n");
                var page = page()) {
            assertTrue(post(page, "abcde-12345", YAML).startsWith("HTTP/1.1 200 "));
            assertEquals(List.of("code ABCDE12345"), box.codes);
            assertEquals(Map.of("surehop.yaml", YAML), box.files);
        }
    }

    @Test
    void givesTheBoxNothingAfterAWrongCode() throws Exception {
        try (var box = box("wrong 9", "taken\nend\n");
                var page = page()) {
            var said = post(page, "x\t; rm", "PK" + "x".repeat(30_000));
            assertTrue(said.startsWith("HTTP/1.1 403 "), said);
            assertTrue(said.contains("9 more may be wrong"), said);
            assertEquals(List.of("code ?"), box.codes);
            assertEquals(Map.of(), box.files);
        }
    }

    @Test
    void asksTheBoxNothingWithoutACode() throws Exception {
        try (var box = box("go", "taken\nend\n");
                var page = page()) {
            var said = send(page, "POST /configuration HTTP/1.1\r\nHost: " + page.host(), YAML);
            assertTrue(said.startsWith("HTTP/1.1 403 "), said);
            assertEquals(List.of(), box.codes);
        }
    }

    @Test
    void saysThatTheBoxTakesNoMoreCodes() throws Exception {
        try (var box = box("closed", "");
                var page = page()) {
            assertTrue(post(page, "ABCDE12345", YAML).startsWith("HTTP/1.1 410 "));
            assertEquals(Map.of(), box.files);
        }
    }

    /// On a box whose door was not open the page ended the connection without a word.
    @Test
    void saysThatTheBoxIsAway() throws Exception {
        try (var page = page()) {
            assertTrue(post(page, "ABCDE12345", YAML).startsWith("HTTP/1.1 503 "));
        }
    }

    @Test
    void tellsWhyAConfigurationIsNotTaken() throws Exception {
        try (var box = box("go", "refused\nsurehop.yaml: gateway.id: is missing\nend\n");
                var page = page()) {
            var said = post(page, "ABCDE12345", YAML);
            assertTrue(said.startsWith("HTTP/1.1 422 "), said);
            assertTrue(said.contains("gateway.id: is missing"), said);
            assertEquals(1, box.files.size());
        }
    }

    @Test
    void givesTheBoxNothingOfWhatItCannotRead() throws Exception {
        try (var box = box("go", "taken\nend\n");
                var page = page()) {
            assertTrue(post(page, "ABCDE12345", "PK\3\4junk").startsWith("HTTP/1.1 422 "));
            assertTrue(post(page, "ABCDE12345", "x".repeat(1_048_577)).contains("more than"));
            assertEquals(Map.of(), box.files);
        }
    }

    /// DNS rebinding: a browser that was sent here under another name says so.
    @Test
    void isThereUnderItsAddressOnly() throws Exception {
        try (var _ = box("go", "taken\nend\n");
                var page = page()) {
            assertTrue(
                    send(page, "GET / HTTP/1.1\r\nHost: evil.example", "")
                            .startsWith("HTTP/1.1 421 "));
            assertTrue(
                    send(page, "OPTIONS /configuration HTTP/1.1\r\nHost: " + page.host(), "")
                            .startsWith("HTTP/1.1 405 "));
        }
    }

    /// Who connects and then says nothing, or half of a greeting, must not keep others out for
    /// longer than the limits say.
    @Test
    void outlivesConnectionsThatSayNothing() throws Exception {
        var silent = new ArrayList<Socket>();
        try (var _ = box("go", "taken\nend\n");
                var page = page()) {
            for (int i = 0; i < 40; i++) {
                var socket = connect(page);
                silent.add(socket);
                if (i % 2 == 0) {
                    socket.getOutputStream().write(new byte[] {22, 3, 1, 2, 0, 1});
                }
            }
            await().atMost(Duration.ofSeconds(60))
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(() -> get(page, "/").startsWith("HTTP/1.1 200 "));
            assertFalse(silent.isEmpty());
        } finally {
            for (var socket : silent) {
                socket.close();
            }
        }
    }

    private TrialBox box(String toCode, String toFiles) throws IOException {
        return new TrialBox(directory.resolve("door"), toCode, toFiles);
    }

    private SetupPage page() throws Exception {
        var tls = PageTls.of(OWN);
        return SetupPage.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                tls.context(),
                tls.parameters(),
                CARD,
                directory.resolve("door"));
    }

    private static Socket connect(SetupPage page) throws IOException {
        var at = page.host().split(":");
        return new Socket(at[0], Integer.parseInt(at[1]));
    }

    private static String get(SetupPage page, String path) throws Exception {
        return send(page, "GET " + path + " HTTP/1.1\r\nHost: " + page.host(), "");
    }

    private static String post(SetupPage page, String code, String body) throws Exception {
        return send(
                page,
                "POST /configuration HTTP/1.1\r\nHost: "
                        + page.host()
                        + "\r\n"
                        + SetupPage.CODE_HEADER
                        + ": "
                        + code,
                body);
    }

    private static String send(SetupPage page, String head, String body) throws Exception {
        var octets = body.getBytes(StandardCharsets.ISO_8859_1);
        try (var plain = connect(page);
                var tls = TlsSockets.pinned(OWN, OWN.leaf()).client(plain, NAME, false)) {
            var out = tls.getOutputStream();
            var whole = head + "\r\nContent-Length: " + octets.length + "\r\n\r\n";
            out.write(whole.getBytes(StandardCharsets.ISO_8859_1));
            out.write(octets);
            out.flush();
            return response(tls.getInputStream());
        }
    }

    /// To the length that it names: the JDK's server ends a connection without a word of TLS.
    private static String response(InputStream in) throws IOException {
        var text = new StringBuilder();
        while (text.indexOf("\r\n\r\n") < 0) {
            var octet = in.read();
            if (octet < 0) {
                throw new IOException("no whole answer: " + text);
            }
            text.append((char) octet);
        }
        var length = Pattern.compile("(?i)content-length: ([0-9]+)").matcher(text);
        assertTrue(length.find(), text.toString());
        var body = in.readNBytes(Integer.parseInt(length.group(1)));
        return text + new String(body, StandardCharsets.UTF_8);
    }
}
