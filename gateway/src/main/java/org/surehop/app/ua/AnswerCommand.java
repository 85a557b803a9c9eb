package org.surehop.app.ua;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `surehop answer`: the other end of `surehop probe`.
@Command(
        name = "answer",
        mixinStandardHelpOptions = true,
        description = {
            "Answers assured calls, and says over which hops they came.",
            "Decrypts the offer, answers encrypted and signed, and echoes media, also for a while",
            "after BYE, so that a pinhole left open would show. One line for each step, in UTC."
        })
public final class AnswerCommand implements Callable<Integer> {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");

    @Mixin private UaKeys keys = new UaKeys();

    @Option(
            names = "--listen",
            required = true,
            paramLabel = "IP:PORT",
            description = "where to listen for TLS; a caller must show a certificate")
    private String listen = "";

    @Option(
            names = "--caller-cert",
            paramLabel = "CERT",
            description = "encrypt for this caller instead of whoever signed the offer")
    private List<String> callers = new ArrayList<>();

    @Option(names = "--accept-clear", description = "also answer offers that are not encrypted")
    private boolean acceptClear;

    @Option(names = "--once", description = "end after the first call")
    private boolean once;

    @Option(
            names = "--ring",
            defaultValue = "0",
            paramLabel = "SECONDS",
            description = "how long to ring before answering; default ${DEFAULT-VALUE}")
    private int ring;

    @Option(
            names = "--after-bye",
            defaultValue = "4",
            paramLabel = "SECONDS",
            description = "how long to go on echoing after BYE; default ${DEFAULT-VALUE}")
    private int afterBye;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException, InterruptedException {
        var out = spec.commandLine().getOut();
        try {
            var at = address();
            var tls = keys.tls();
            var envelopes = keys.envelopes();
            var plan = plan();
            var self =
                    new UaIdentity(keys.aor(), at.getAddress(), at.getPort(), new SecureRandom());
            try (var line = SipLine.listening(self, tls, UaKeys.HANDSHAKE, at);
                    var _ = Stopping.of(line)) {
                say(out, "listening on " + listen + " for " + self.aor());
                new Answerer(plan, self, line, envelopes, step -> say(out, step)).run();
            }
            return 0;
        } catch (UaKeys.Fault fault) {
            spec.commandLine().getErr().println("surehop: " + fault.getMessage());
            return 2;
        }
    }

    private AnswerPlan plan() throws UaKeys.Fault {
        if (ring < 0 || afterBye < 0) {
            throw new UaKeys.Fault("expected --ring and --after-bye of 0 or more seconds");
        }
        var known = new ArrayList<X509Certificate>();
        for (var caller : callers) {
            known.add(keys.certificate(caller));
        }
        return new AnswerPlan(
                keys.readers(),
                known,
                keys::directory,
                keys.optionTag(),
                acceptClear,
                once,
                Duration.ofSeconds(ring),
                Duration.ofSeconds(afterBye));
    }

    private InetSocketAddress address() throws UaKeys.Fault {
        var at = HostPort.parse("--listen", listen);
        if (at.port() == 0) {
            throw new UaKeys.Fault("--listen: expected IP:PORT, found '" + listen + "'");
        }
        return new InetSocketAddress(UaKeys.literal("--listen", at.host()), at.port());
    }

    private static void say(PrintWriter out, String step) {
        out.println(LocalTime.now(ZoneOffset.UTC).format(TIME) + " " + step);
    }
}
