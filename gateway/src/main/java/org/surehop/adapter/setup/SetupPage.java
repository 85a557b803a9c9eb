package org.surehop.adapter.setup;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The page itself. Anybody on the inner network may look at it; to give the box a configuration
/// needs the setup code, which the box shows on its console. Each request has a thread of its
/// own, and there are [#CONNECTIONS] of them at most. One configuration is looked at at a time.
public final class SetupPage implements AutoCloseable {
    static final String CODE_HEADER = "Surehop-Setup-Code";

    private static final Logger LOG = LoggerFactory.getLogger(SetupPage.class);
    private static final int CONNECTIONS = 16;
    private static final Map<String, String> LIMITS =
            Map.of(
                    "jdk.httpserver.maxConnections", String.valueOf(CONNECTIONS),
                    "sun.net.httpserver.maxReqHeaders", "40",
                    "sun.net.httpserver.maxReqHeaderSize", "8192",
                    // Seconds: a whole request, an answer with the judgement in it, and silence.
                    "sun.net.httpserver.maxReqTime", "20",
                    "sun.net.httpserver.maxRspTime", "600",
                    "sun.net.httpserver.idleInterval", "10",
                    "sun.net.httpserver.maxIdleConnections", "4",
                    "sun.net.httpserver.drainAmount", String.valueOf(Offer.MOST_OCTETS));

    // The server reads them once, when it is first used, and from nowhere else.
    static {
        LIMITS.forEach(System::setProperty);
    }

    private final HttpsServer server;
    private final ExecutorService threads;
    private final BoxCard card;
    private final Path door;
    private final String host;
    private final Semaphore turn = new Semaphore(1);

    private SetupPage(HttpsServer server, BoxCard card, Path door) {
        this.server = server;
        this.card = card;
        this.door = door;
        var at = server.getAddress();
        this.host = at.getAddress().getHostAddress() + ":" + at.getPort();
        this.threads =
                Executors.newThreadPerTaskExecutor(
                        Thread.ofVirtual().name("setup-page-", 0).factory());
    }

    /// Listens from now on. `door` is the Unix socket at which the box takes what is given.
    public static SetupPage open(
            InetSocketAddress at, SSLContext tls, SSLParameters parameters, BoxCard card, Path door)
            throws IOException {
        var server = HttpsServer.create(at, CONNECTIONS);
        server.setHttpsConfigurator(
                new HttpsConfigurator(tls) {
                    @Override
                    public void configure(HttpsParameters connection) {
                        connection.setSSLParameters(parameters);
                    }
                });
        var page = new SetupPage(server, card, door);
        server.setExecutor(page.threads);
        server.createContext("/", page::handle);
        server.start();
        return page;
    }

    /// `ADDRESS:PORT`, as a browser has to ask for it.
    public String host() {
        return host;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            answer(exchange, reply(exchange));
        } catch (IOException | RuntimeException e) {
            LOG.debug("setup-page cause={}", e.toString());
            throw e;
        }
    }

    private record Reply(int status, String type, byte[] body) {
        static Reply text(int status, String sentence) {
            return new Reply(
                    status, "text/plain", (sentence + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    private Reply reply(HttpExchange exchange) throws IOException {
        // A name that somebody's DNS turned to this address must not reach the page.
        if (!host.equals(exchange.getRequestHeaders().getFirst("Host"))) {
            return Reply.text(421, "This page is at https://" + host + "/ and nowhere else.");
        }
        var path = exchange.getRequestURI().getRawPath();
        return switch (exchange.getRequestMethod()) {
            case "GET" -> shown(path);
            case "POST" ->
                    path.equals("/configuration")
                            ? given(exchange)
                            : Reply.text(404, "There is nothing here.");
            default -> Reply.text(405, "GET, or POST to /configuration.");
        };
    }

    private Reply shown(String path) throws IOException {
        if (path.equals("/")) {
            var html = new String(resource("page.html"), StandardCharsets.UTF_8);
            var filled =
                    html.replace("@ID@", safe(card.id()))
                            .replace("@VERSION@", safe(card.version()))
                            .replace("@FINGERPRINT@", safe(card.fingerprint()));
            return new Reply(200, "text/html", filled.getBytes(StandardCharsets.UTF_8));
        }
        if (path.equals("/page.js")) {
            return new Reply(200, "text/javascript", resource("page.js"));
        }
        var request = card.requests().get(path.substring(Math.min(1, path.length())));
        return request == null
                ? Reply.text(404, "There is nothing here.")
                : new Reply(200, "application/pkcs10", request.getBytes(StandardCharsets.US_ASCII));
    }

    private Reply given(HttpExchange exchange) throws IOException {
        var code = exchange.getRequestHeaders().getFirst(CODE_HEADER);
        if (code == null) {
            return Reply.text(403, "The setup code is missing (" + CODE_HEADER + ").");
        }
        if (!turn.tryAcquire()) {
            return Reply.text(409, "Another configuration is being looked at.");
        }
        try (var box = BoxDoor.open(door)) {
            return switch (box.knock(code)) {
                case BoxDoor.Answer.Go _ -> judged(exchange, box);
                case BoxDoor.Answer.Wrong wrong ->
                        Reply.text(
                                403,
                                "This is not the setup code; "
                                        + wrong.left()
                                        + " more may be wrong.");
                case BoxDoor.Answer.Closed _ ->
                        Reply.text(410, "The page is closed until the box is started again.");
            };
        } catch (IOException e) {
            LOG.warn("setup-page.no-box cause={}", e.toString());
            return Reply.text(503, "The box does not answer its own page.");
        } finally {
            turn.release();
        }
    }

    private static Reply judged(HttpExchange exchange, BoxDoor box) throws IOException {
        try {
            var offer = Offer.of(body(exchange.getRequestBody()));
            var verdict = box.give(offer);
            return verdict.taken()
                    ? Reply.text(
                            200,
                            "Taken. The box restarts with this configuration, and this page is"
                                    + " gone.")
                    : Reply.text(422, "Not taken:\n" + String.join("\n", verdict.sentences()));
        } catch (Offer.Unreadable e) {
            return Reply.text(422, "Not taken: " + e.getMessage() + ".");
        }
    }

    private static byte[] body(InputStream in) throws IOException {
        return in.readNBytes(Offer.MOST_OCTETS + 1);
    }

    private static void answer(HttpExchange exchange, Reply reply) throws IOException {
        var headers = exchange.getResponseHeaders();
        headers.set("Content-Type", reply.type() + "; charset=utf-8");
        headers.set("Cache-Control", "no-store");
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set(
                "Content-Security-Policy",
                "default-src 'none'; script-src 'self'; style-src 'unsafe-inline';"
                        + " connect-src 'self'; form-action 'none'; frame-ancestors 'none';"
                        + " base-uri 'none'");
        headers.set("Connection", "close");
        exchange.sendResponseHeaders(reply.status(), reply.body().length);
        try (var out = exchange.getResponseBody()) {
            out.write(reply.body());
        }
    }

    private static byte[] resource(String name) throws IOException {
        try (var in = SetupPage.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the jar has no " + name);
            }
            return in.readAllBytes();
        }
    }

    private static String safe(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
