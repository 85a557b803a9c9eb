import module java.base;

/// A load driver over TLS: caller and callee in one process, with the JDK's own TLS and a parser of
/// twenty lines. It shares no code with the gateway and treats every system in the middle alike.
///
/// `java Driver.java CALLER.p12 CALLEE.p12 CA.pem CALLEE_PORT` prints `ready`, then obeys one line
/// of standard input at a time and prints one line of result for each:
///
/// * `load HOST PORT CONCURRENCY SECONDS E2E` keeps so many calls in flight;
/// * `rate HOST PORT CALLS_PER_SECOND SECONDS E2E` begins calls evenly;
/// * `quit`.
///
/// A call is INVITE with SDP, 180, 200 with SDP, ACK, BYE, 200. Times are microseconds.
public final class Driver {
    static final String SDP =
            """
            v=0\r
            o=- 1 1 IN IP4 127.0.0.1\r
            s=-\r
            c=IN IP4 127.0.0.1\r
            t=0 0\r
            m=audio 40000 RTP/AVP 0 8 96\r
            a=rtpmap:0 PCMU/8000\r
            a=rtpmap:8 PCMA/8000\r
            a=rtpmap:96 telephone-event/8000\r
            a=fmtp:96 0-15\r
            a=ptime:20\r
            a=sendrecv\r
            """;
    static final char[] PASSWORD = "driver".toCharArray();
    static final AtomicLong NUMBERS = new AtomicLong();

    record Message(String start, List<String[]> headers, byte[] body) {
        String get(String name) {
            for (var h : headers) {
                if (h[0].equals(name)) {
                    return h[1];
                }
            }
            return "";
        }

        List<String> all(String name) {
            return headers.stream().filter(h -> h[0].equals(name)).map(h -> h[1]).toList();
        }

        int status() {
            return start.startsWith("SIP/2.0 ") ? Integer.parseInt(start.substring(8, 11)) : 0;
        }
    }

    /// One TLS connection; whole messages are written under its lock.
    static final class Line {
        final SSLSocket socket;
        final InputStream in;
        final OutputStream out;

        Line(SSLSocket socket) throws IOException {
            this.socket = socket;
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream(), 32_768);
            out = socket.getOutputStream();
        }

        void send(String text) throws IOException {
            var octets = text.getBytes(StandardCharsets.UTF_8);
            synchronized (this) {
                out.write(octets);
            }
        }

        Message read() throws IOException {
            var start = row();
            while (start.isEmpty()) {
                start = row();
            }
            var headers = new ArrayList<String[]>();
            var length = 0;
            for (var row = row(); !row.isEmpty(); row = row()) {
                var colon = row.indexOf(':');
                var name = row.substring(0, colon).trim().toLowerCase(Locale.ROOT);
                var value = row.substring(colon + 1).trim();
                headers.add(new String[] {name, value});
                if (name.equals("content-length") || name.equals("l")) {
                    length = Integer.parseInt(value);
                }
            }
            return new Message(start, headers, in.readNBytes(length));
        }

        String row() throws IOException {
            var text = new StringBuilder(96);
            while (true) {
                var c = in.read();
                if (c < 0) {
                    throw new EOFException();
                }
                if (c == '\n') {
                    return text.toString();
                }
                if (c != '\r') {
                    text.append((char) c);
                }
            }
        }
    }

    /// A call that is under way, known by its Call-ID.
    static final class Call {
        final String id = "bench-" + NUMBERS.incrementAndGet() + "@inside.example";
        final String tag = Long.toHexString(NUMBERS.get());
        final long began = System.nanoTime();
        boolean rang;
        boolean answered;
    }

    /// What one command measured.
    static final class Tally {
        final AtomicLong done = new AtomicLong();
        final AtomicLong failed = new AtomicLong();
        final AtomicLong notifies = new AtomicLong();
        final Map<String, Long> failures = new ConcurrentHashMap<>();
        final List<Long> ringing = new ArrayList<>();
        final Semaphore room;

        Tally(int concurrency) {
            room = new Semaphore(concurrency);
        }

        synchronized void rang(long nanos) {
            ringing.add(nanos / 1000);
        }

        synchronized String line(double seconds) {
            var sorted = ringing.stream().mapToLong(Long::longValue).sorted().toArray();
            return String.format(
                    Locale.ROOT,
                    "done=%d failed=%d seconds=%.3f cps=%.1f p50=%d p99=%d notifies=%d why=%s",
                    done.get(), failed.get(), seconds, done.get() / seconds,
                    at(sorted, 0.50), at(sorted, 0.99), notifies.get(),
                    failures.toString().replace(' ', '_'));
        }

        static long at(long[] sorted, double share) {
            return sorted.length == 0
                    ? -1
                    : sorted[(int) Math.min(sorted.length - 1, sorted.length * share)];
        }
    }

    final SSLContext caller;
    final SSLContext callee;
    final int port;
    final Map<String, Call> calls = new ConcurrentHashMap<>();
    final Map<String, Line> lines = new HashMap<>();
    volatile Tally tally = new Tally(0);
    volatile boolean e2e;

    Driver(String callerStore, String calleeStore, String trust, int port) throws Exception {
        caller = context(callerStore, trust);
        callee = context(calleeStore, trust);
        this.port = port;
    }

    public static void main(String[] arguments) throws Exception {
        var driver =
                new Driver(arguments[0], arguments[1], arguments[2], Integer.parseInt(arguments[3]));
        var server =
                (SSLServerSocket) driver.callee.getServerSocketFactory().createServerSocket(
                        driver.port, 64, java.net.InetAddress.ofLiteral("127.0.0.1"));
        server.setNeedClientAuth(true);
        Thread.ofVirtual().start(() -> driver.accept(server));
        System.out.println("ready");
        try (var commands = new Scanner(System.in, StandardCharsets.US_ASCII)) {
            while (commands.hasNextLine()) {
                var words = commands.nextLine().split(" ");
                if (words[0].equals("quit")) {
                    break;
                }
                System.out.println(driver.measure(words));
            }
        }
        System.exit(0);
    }

    static SSLContext context(String store, String trust) throws Exception {
        var own = KeyStore.getInstance("PKCS12");
        try (var in = new FileInputStream(store)) {
            own.load(in, PASSWORD);
        }
        var keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(own, PASSWORD);
        var authorities = KeyStore.getInstance("PKCS12");
        authorities.load(null, null);
        try (var in = new FileInputStream(trust)) {
            authorities.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        var trusts = TrustManagerFactory.getInstance("PKIX");
        trusts.init(authorities);
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trusts.getTrustManagers(), null);
        return context;
    }

    String measure(String[] words) throws Exception {
        var amount = Integer.parseInt(words[3]);
        var seconds = Double.parseDouble(words[4]);
        e2e = Boolean.parseBoolean(words[5]);
        var steady = words[0].equals("load");
        tally = new Tally(steady ? amount : 100_000);
        var line = line(words[1], Integer.parseInt(words[2]));
        var began = System.nanoTime();
        var end = began + (long) (seconds * 1e9);
        for (long n = 0; System.nanoTime() < end; n++) {
            if (!steady) {
                TimeUnit.NANOSECONDS.sleep(began + n * 1_000_000_000L / amount - System.nanoTime());
            }
            if (tally.room.tryAcquire(500, TimeUnit.MILLISECONDS)) {
                var call = new Call();
                calls.put(call.id, call);
                line.send(invite(call));
            }
        }
        for (int i = 0; i < 300 && !calls.isEmpty(); i++) {
            Thread.sleep(10);
        }
        var took = (System.nanoTime() - began) / 1e9;
        calls.values().forEach(c -> fail(c, "unfinished"));
        return tally.line(took);
    }

    Line line(String host, int targetPort) throws IOException {
        var key = host + ":" + targetPort;
        var known = lines.get(key);
        if (known != null) {
            return known;
        }
        var socket = (SSLSocket) caller.getSocketFactory().createSocket(host, targetPort);
        var parameters = new SSLParameters();
        parameters.setProtocols(new String[] {"TLSv1.3"});
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        var line = new Line(socket);
        lines.put(key, line);
        Thread.ofVirtual().start(() -> serve(line));
        return line;
    }

    void accept(SSLServerSocket server) {
        while (true) {
            try {
                var socket = (SSLSocket) server.accept();
                Thread.ofVirtual().start(() -> {
                    try {
                        serve(new Line(socket));
                    } catch (IOException e) {
                        System.err.println("a connection ended: " + e.getMessage());
                    }
                });
            } catch (IOException e) {
                return;
            }
        }
    }

    void serve(Line line) {
        try {
            while (true) {
                var message = line.read();
                if (message.status() == 0) {
                    request(line, message);
                } else {
                    response(line, message);
                }
            }
        } catch (IOException e) {
            lines.values().remove(line);
        }
    }

    // The callee's half, and the caller's NOTIFYs.

    void request(Line line, Message request) throws IOException {
        switch (request.start.substring(0, request.start.indexOf(' '))) {
            case "INVITE" -> {
                line.send(reply(request, "180 Ringing", ""));
                line.send(reply(request, "200 OK", SDP));
            }
            case "ACK" -> {}
            case "NOTIFY" -> {
                tally.notifies.incrementAndGet();
                line.send(reply(request, "200 OK", ""));
            }
            default -> line.send(reply(request, "200 OK", ""));
        }
    }

    String reply(Message request, String status, String body) {
        var text = new StringBuilder(1024).append("SIP/2.0 ").append(status).append("\r\n");
        request.all("via").forEach(v -> text.append("Via: ").append(v).append("\r\n"));
        request.all("record-route")
                .forEach(r -> text.append("Record-Route: ").append(r).append("\r\n"));
        var to = request.get("to");
        text.append("From: ").append(request.get("from")).append("\r\nTo: ").append(to);
        if (!to.contains("tag=")) {
            text.append(";tag=callee");
        }
        text.append("\r\nCall-ID: ").append(request.get("call-id"));
        text.append("\r\nCSeq: ").append(request.get("cseq"));
        text.append("\r\nContact: <sip:bob@127.0.0.1:").append(port).append(">\r\n");
        if (!body.isEmpty()) {
            if (!request.get("proxy-require").isEmpty()) {
                text.append("Hop-Record: ").append(hops(request)).append("\r\n");
            }
            text.append("Content-Type: application/sdp\r\n");
        }
        return text.append("Content-Length: ").append(body.length()).append("\r\n\r\n")
                .append(body).toString();
    }

    static String hops(Message request) {
        var hops = new ArrayList<String>();
        for (var via : request.all("via")) {
            hops.add(via.substring(via.indexOf(' ') + 1).split(";", 2)[0].trim());
        }
        return String.join(", ", hops.size() > 1 ? hops.subList(0, hops.size() - 1) : hops);
    }

    // The caller's half.

    String invite(Call call) {
        return head("INVITE", "sip:bob@outside.example", call, 1, "<sip:bob@outside.example>", "")
                + "Contact: <sip:alice@127.0.0.1:5061>\r\nContent-Type: application/sdp\r\n"
                + "Content-Length: " + SDP.length() + "\r\n\r\n" + SDP;
    }

    String head(String method, String uri, Call call, int cseq, String to, String routes) {
        return method + " " + uri + " SIP/2.0\r\nVia: SIP/2.0/TLS 127.0.0.1:5061;branch=z9hG4bK"
                + call.tag + method + "\r\nMax-Forwards: 70\r\nFrom: <sip:alice@inside.example>;tag="
                + call.tag + "\r\nTo: " + to + "\r\nCall-ID: " + call.id + "\r\nCSeq: " + cseq + " "
                + method + "\r\n" + routes
                + (e2e ? "Require: e2e-sec\r\nProxy-Require: e2e-sec\r\n" : "");
    }

    void response(Line line, Message response) throws IOException {
        var call = calls.get(response.get("call-id"));
        var status = response.status();
        if (call == null || status == 100) {
            return;
        }
        var invite = response.get("cseq").endsWith("INVITE");
        if (invite && status == 180 && !call.rang) {
            call.rang = true;
            tally.rang(System.nanoTime() - call.began);
        } else if (invite && status == 200 && !call.answered) {
            call.answered = true;
            var contact = response.get("contact");
            var uri = contact.substring(contact.indexOf('<') + 1, contact.indexOf('>'));
            var routes = new StringBuilder();
            for (var route : response.all("record-route").reversed()) {
                routes.append("Route: ").append(route).append("\r\n");
            }
            var to = response.get("to");
            var end = "Content-Length: 0\r\n\r\n";
            line.send(head("ACK", uri, call, 1, to, routes.toString()) + end
                    + head("BYE", uri, call, 2, to, routes.toString()) + end);
        } else if (!invite && status == 200) {
            if (calls.remove(call.id) != null) {
                tally.done.incrementAndGet();
                tally.room.release();
            }
        } else if (status >= 300) {
            fail(call, response.start);
        }
    }

    void fail(Call call, String why) {
        if (calls.remove(call.id) != null) {
            tally.failed.incrementAndGet();
            tally.failures.merge(why, 1L, Long::sum);
            tally.room.release();
        }
    }
}
