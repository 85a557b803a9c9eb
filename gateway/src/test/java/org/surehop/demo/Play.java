package org.surehop.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.surehop.core.report.JsonText;

/// One assured call from Alice inside to Bob outside, through a gateway that was started for it,
/// with every report really received. Collects what was seen; judges nothing.
final class Play {
    static final String GATEWAY = "gw.demo.example";
    static final String ALICE = "alice@office.demo.example";
    static final String BOB = "bob@partner.demo.example";

    private static final Duration START = Duration.ofSeconds(120);
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String SNMP_USER = "noc";
    private static final String AUTH = "demo authentication phrase";
    private static final String PRIV = "demo privacy phrase";

    private final Path work;
    private final Path home;
    private final Stage stage;
    private final Consumer<String> tell;
    private final Path pki;
    private final Path config;
    private final Map<String, String> environment;

    /// `home` is the directory that holds `gateway/`; everything written goes below `work`.
    Play(Path work, Path home, Stage stage, Consumer<String> tell) {
        this.work = work;
        this.home = home;
        this.stage = stage;
        this.tell = tell;
        this.pki = work.resolve("pki");
        this.config = work.resolve("gateway.yaml");
        this.environment =
                Map.of(
                        "SUREHOP_JAVA_OPTIONS",
                        "-Xmx128m -XX:TieredStopAtLevel=1 -Djava.io.tmpdir=" + work,
                        "JAVA_HOME",
                        System.getProperty("java.home"));
    }

    Observed run()
            throws IOException, InterruptedException, GeneralSecurityException, MqttException {
        makeKeys();
        var loopback = InetAddress.getLoopbackAddress();
        var broker = pki.resolve("localhost");
        var tls =
                DemoTls.of(
                        broker.resolve("tls.pem"),
                        broker.resolve("tls.key"),
                        pki.resolve("ca.pem"));
        try (var mqtt = MqttBroker.start(tls, loopback);
                var traps = TrapReceiver.start(loopback, SNMP_USER, AUTH, PRIV);
                var listener = MqttListener.start("ssl://localhost:" + mqtt.port(), tls)) {
            var ports = stage.kernel() ? Ports.DEFAULT : Ports.free();
            var replaced = configure(ports, mqtt.port(), traps.port());
            tell.accept("an MQTT broker and an SNMP receiver are listening");
            return perform(ports, replaced, listener.inbox(), traps.inbox());
        }
    }

    private void makeKeys() throws IOException, InterruptedException {
        surehop(
                "pki",
                "init",
                pki.toString(),
                "--domain",
                GATEWAY,
                "--domain",
                "office.demo.example",
                "--domain",
                "partner.demo.example",
                "--domain",
                "localhost",
                "--user",
                ALICE,
                "--user",
                BOB);
        Files.writeString(work.resolve("snmp-auth"), AUTH);
        Files.writeString(work.resolve("snmp-priv"), PRIV);
        tell.accept("a CA for this evening has signed keys for Alice, Bob and the gateway");
    }

    private List<String> configure(Ports ports, int mqtt, int snmp) throws IOException {
        var own = pki.resolve(GATEWAY);
        var shipped =
                DemoConfig.shipped(home.resolve("config/surehop.yaml"))
                        .set("gateway.id", "demo")
                        .set("gateway.name", GATEWAY)
                        .set("gateway.port", ports.outside())
                        .set("listeners", listeners(ports))
                        .set("tls.certificate", own.resolve("tls.pem").toString())
                        .set("tls.key", "file:" + own.resolve("tls.key"))
                        .set("tls.trust", pki.resolve("ca.pem").toString())
                        .set("smime.certificate", own.resolve("smime.pem").toString())
                        .set("smime.key", "file:" + own.resolve("smime.key"))
                        .set("smime.signing-certificate", own.resolve("smime.pem").toString())
                        .set("smime.signing-key", "file:" + own.resolve("smime.key"))
                        .set("smime.trust", pki.resolve("ca.pem").toString())
                        .set("peers", peers(ports))
                        .set("routes", routes())
                        .set("journal.path", work.resolve("journal.db").toString())
                        .set("snmp.enabled", true)
                        .set("snmp.port", ports.agent())
                        .set("snmp.state-directory", work.resolve("snmp").toString())
                        .set("snmp.users", snmpUsers())
                        .set("snmp.receivers", receivers(snmp))
                        .set("mqtt.enabled", true)
                        .set("mqtt.uri", "ssl://localhost:" + mqtt)
                        .set("mqtt.trust", pki.resolve("ca.pem").toString())
                        .set("mqtt.certificate", own.resolve("tls.pem").toString())
                        .set("mqtt.key", "file:" + own.resolve("tls.key"));
        if (!stage.kernel()) {
            shipped.set("pinholes.driver", "memory")
                    .set("pinholes.inside-prefixes", stage.insidePrefixes());
        }
        shipped.write(config);
        return shipped.replaced();
    }

    private List<Map<String, Object>> listeners(Ports ports) {
        return List.of(
                DemoConfig.map(
                        "name",
                        "inside",
                        "address",
                        stage.inside(),
                        "port",
                        ports.inside(),
                        "side",
                        "inside",
                        "client-certificate",
                        "required"),
                DemoConfig.map(
                        "name",
                        "outside",
                        "address",
                        stage.outside(),
                        "port",
                        ports.outside(),
                        "side",
                        "outside",
                        "client-certificate",
                        "required"));
    }

    private List<Map<String, Object>> peers(Ports ports) {
        return List.of(
                DemoConfig.map(
                        "name",
                        "office",
                        "domains",
                        List.of("office.demo.example"),
                        "address",
                        stage.caller(),
                        "notify-mode",
                        "implicit"),
                DemoConfig.map(
                        "name",
                        "partner",
                        "domains",
                        List.of("partner.demo.example"),
                        "address",
                        stage.callee(),
                        "port",
                        ports.callee()));
    }

    private static List<Map<String, Object>> routes() {
        return List.of(
                DemoConfig.map(
                        "domain", "partner.demo.example", "to", "partner", "side", "outside"),
                DemoConfig.map("domain", "office.demo.example", "to", "office", "side", "inside"));
    }

    private List<Map<String, Object>> snmpUsers() {
        return List.of(
                DemoConfig.map(
                        "name", SNMP_USER,
                        "auth-passphrase", "file:" + work.resolve("snmp-auth"),
                        "priv-passphrase", "file:" + work.resolve("snmp-priv")));
    }

    private static List<Map<String, Object>> receivers(int port) {
        return List.of(
                DemoConfig.map(
                        "name", "noc", "address", "127.0.0.1", "port", port, "user", SNMP_USER));
    }

    private Observed perform(
            Ports ports,
            List<String> replaced,
            Inbox<MqttListener.Message> mqtt,
            Inbox<TrapReceiver.Received> traps)
            throws IOException, InterruptedException {
        try (var gateway =
                        start("gateway", stage.atGateway(command("run", "--config", config + "")));
                var bob = start("answer", stage.atCallee(answer(ports)))) {
            if (mqtt.await(m -> m.payload().contains("gateway.started"), START).isEmpty()) {
                throw new Player.Failure("the gateway did not start", gateway.lines());
            }
            tell.accept("the gateway says by MQTT that it has started");
            bob.expect("listening", l -> l.contains("listening on"), START);
            tell.accept("Bob's user agent is listening");
            var call = call(ports, gateway);
            var callId = call.report().get("call-id");
            var heard = bob.await(l -> l.contains(" packets before BYE"), SOON).orElse("(nothing)");
            var messages = awaitMessages(mqtt, callId);
            var empty = stage.kernel() ? Optional.of(PinholeView.now("surehop")) : call.during();
            var told = awaitTraps(traps, callId);
            tell.accept("SNMP notifications and MQTT messages are here");
            var story = surehop("explain", callId, "--config", config.toString());
            gateway.end();
            var stopped = mqtt.await(m -> m.payload().contains("gateway.stopped"), SOON);
            return new Observed(
                    replaced,
                    call,
                    heard,
                    empty.filter(_ -> stage.kernel()),
                    story,
                    messages,
                    told,
                    gateway.lines(),
                    stopped.isPresent());
        }
    }

    private Observed.Call call(Ports ports, Player gateway)
            throws IOException, InterruptedException {
        try (var alice = start("probe", stage.atCaller(probe(ports)))) {
            var holding = alice.await(l -> l.startsWith("holding"), START);
            if (holding.isEmpty()) {
                var lines = new ArrayList<>(alice.lines());
                lines.add("-- the gateway's last lines:");
                var last = gateway.lines();
                lines.addAll(last.subList(Math.max(0, last.size() - 20), last.size()));
                throw new Player.Failure("the call did not get through", lines);
            }
            tell.accept("the call is up and media has passed");
            var during =
                    stage.kernel()
                            ? Optional.of(PinholeView.now("surehop"))
                            : Optional.<PinholeView>empty();
            alice.type("");
            var code = alice.exitCode(START).orElse(-1);
            tell.accept("Alice has hung up and tried once more to get media through");
            var json = Files.readString(work.resolve("probe.json"));
            return new Observed.Call(code, alice.lines(), JsonText.strings(json), during);
        }
    }

    private List<MqttListener.Message> awaitMessages(
            Inbox<MqttListener.Message> inbox, String callId) throws InterruptedException {
        for (var kind : List.of("pinhole.open", "e2e-sec.verdict", "pinhole.close", "call.ended")) {
            inbox.await(
                    m -> m.payload().contains("\"" + kind + "\"") && m.payload().contains(callId),
                    SOON);
        }
        return inbox.all().stream().filter(m -> m.payload().contains(callId)).toList();
    }

    private List<TrapReceiver.Received> awaitTraps(
            Inbox<TrapReceiver.Received> inbox, String callId)
            throws IOException, InterruptedException {
        var mib = mib();
        for (var name :
                List.of("surehopPinholeOpened", "surehopCallAssured", "surehopPinholeClosed")) {
            inbox.await(t -> t.notification().equals(mib.oid(name)) && about(mib, t, callId), SOON);
        }
        return inbox.all().stream().filter(t -> about(mib, t, callId)).toList();
    }

    private static boolean about(MibNames mib, TrapReceiver.Received trap, String callId) {
        return trap.value(mib.oid("surehopEventCallId"))
                .map(v -> v.toString().equals(callId))
                .orElse(false);
    }

    MibNames mib() throws IOException {
        return MibNames.read(home.resolve("mibs/SUREHOP-MIB"));
    }

    private List<String> answer(Ports ports) {
        var host = stage.callee().contains(":") ? "[" + stage.callee() + "]" : stage.callee();
        return command(
                "answer",
                "--pki",
                pki.toString(),
                "--as",
                BOB,
                "--listen",
                host + ":" + ports.callee(),
                "--reader",
                GATEWAY,
                "--once",
                "--after-bye",
                "5");
    }

    private List<String> probe(Ports ports) {
        return command(
                "probe",
                "sip:" + BOB,
                "--pki",
                pki.toString(),
                "--as",
                ALICE,
                "--via",
                GATEWAY + ":" + ports.inside(),
                "--address",
                stage.inside(),
                "--reader",
                GATEWAY,
                "--require-signed-notify",
                "--hold",
                "--report",
                work.resolve("probe.json").toString());
    }

    private Player start(String name, List<String> command) throws IOException {
        return Player.start(name, command, environment);
    }

    private List<String> surehop(String... arguments) throws IOException, InterruptedException {
        return Player.run("surehop " + arguments[0], command(arguments), 0, environment);
    }

    private List<String> command(String... arguments) {
        var all = new ArrayList<String>();
        all.add(home.resolve("gateway/bin/surehop").toString());
        all.addAll(List.of(arguments));
        return all;
    }

    /// The ports of the play.
    record Ports(int inside, int outside, int callee, int agent) {
        static final Ports DEFAULT = new Ports(5061, 5061, 5061, 1161);

        /// Free ones of loopback; another process may still take one before it is used.
        static Ports free() throws IOException {
            var sockets = new ArrayList<ServerSocket>();
            var numbers = new ArrayList<Integer>();
            try {
                for (int i = 0; i < 4; i++) {
                    var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                    sockets.add(socket);
                    numbers.add(socket.getLocalPort());
                }
            } finally {
                for (var socket : sockets) {
                    socket.close();
                }
            }
            return new Ports(numbers.get(0), numbers.get(1), numbers.get(2), numbers.get(3));
        }
    }
}
