package org.surehop.app.ua;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.surehop.adapter.sip.Located;
import org.surehop.adapter.sip.Locator;
import org.surehop.core.config.Assurance;
import org.surehop.core.report.Json;
import org.surehop.core.sip.NextHop;
import org.surehop.core.sip.SipUri;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `surehop probe`: a traceroute for the security of signalling.
@Command(
        name = "probe",
        mixinStandardHelpOptions = true,
        description = {
            "Places an assured call and shows what is known about its path.",
            "For each hop: over what it received and forwarded the call, who asserts it, under",
            "which key, and what is missing. Sends a little audio, hangs up, and looks whether",
            "any still passes.",
            "Exit code 0: ASSURED, 1: anything else, 2: wrong usage."
        })
public final class ProbeCommand implements Callable<Integer> {
    private static final Duration TRANSACTION = Duration.ofSeconds(32);

    @Parameters(paramLabel = "TARGET", description = "whom to call: sip:USER@DOMAIN")
    private String target = "";

    @Mixin private UaKeys keys = new UaKeys();

    @Option(
            names = "--via",
            required = true,
            paramLabel = "HOST[:PORT]",
            description = "the first hop; its certificate must carry HOST")
    private String via = "";

    @Option(
            names = "--address",
            paramLabel = "IP",
            description = "dial this address instead of looking up HOST")
    private String address = "";

    @Option(
            names = "--local",
            paramLabel = "IP",
            description = "your own address for media; found by itself if not given")
    private String local = "";

    @Option(
            names = "--to-cert",
            paramLabel = "CERT",
            description = "the callee's S/MIME certificate; with --pki found by the callee's name")
    private String callee = "";

    @Option(
            names = "--inspect",
            paramLabel = "HOST",
            description = "label the offer for this host; default: what --reader certificates name")
    private List<String> inspectors = new ArrayList<>();

    @Option(
            names = "--share-on-demand",
            description =
                    "on 496, share the offer with the element that asked, if its certificate may be"
                            + " believed, and try once more")
    private boolean shareOnDemand;

    @Option(
            names = "--sipfrag",
            description =
                    "tell the callee, signed and encrypted for its certificate alone, that you ask"
                            + " for e2e-sec: it can then see whether somebody took that off")
    private boolean sipfrag;

    @Option(names = "--clear", description = "do not encrypt the offer (a gateway may refuse)")
    private boolean clear;

    @Option(
            names = "--packets",
            defaultValue = "25",
            paramLabel = "N",
            description = "audio packets before and after BYE, 0 to 1000; default ${DEFAULT-VALUE}")
    private int packets;

    @Option(names = "--hold", description = "keep the call up until Enter is pressed")
    private boolean hold;

    @Option(
            names = "--grace",
            defaultValue = "32",
            paramLabel = "SECONDS",
            description = "how long to wait for missing evidence; default ${DEFAULT-VALUE}")
    private int grace;

    @Option(
            names = "--ringing",
            defaultValue = "60",
            paramLabel = "SECONDS",
            description = "how long to let it ring; default ${DEFAULT-VALUE}")
    private int ringing;

    @Option(
            names = "--require-signed-notify",
            description = "believe only hop reports whose signature holds")
    private boolean signedOnly;

    @Option(names = "--json", description = "write JSON instead of words; steps go to stderr")
    private boolean json;

    @Option(names = "--report", paramLabel = "FILE", description = "write JSON to FILE as well")
    private @Nullable Path report;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException, InterruptedException {
        var out = spec.commandLine().getOut();
        try {
            var account = new ProbeAccount(probe(json ? spec.commandLine().getErr() : out));
            if (json) {
                out.println(Json.write(account.map()));
            } else {
                out.println();
                account.lines().forEach(out::println);
            }
            if (report != null) {
                Files.writeString(report, Json.write(account.map()) + "\n", StandardCharsets.UTF_8);
            }
            return account.assured() ? 0 : 1;
        } catch (UaKeys.Fault fault) {
            spec.commandLine().getErr().println("surehop: " + fault.getMessage());
            return 2;
        }
    }

    private ProbeFindings probe(PrintWriter steps)
            throws UaKeys.Fault, IOException, InterruptedException {
        var plan = plan();
        var tls = keys.tls();
        var envelopes = keys.envelopes();
        var self = new UaIdentity(keys.aor(), localAddress(plan.via()), 0, new SecureRandom());
        try (var line = SipLine.dialling(self, tls, UaKeys.HANDSHAKE);
                var _ = Stopping.of(line)) {
            if (hold) {
                Thread.ofVirtual().name("enter").start(() -> awaitEnter(line));
            }
            return new Probe(plan, self, line, envelopes, steps::println).run();
        }
    }

    private ProbePlan plan() throws UaKeys.Fault {
        if (packets < 0 || packets > 1000 || grace < 0 || ringing < 1) {
            throw new UaKeys.Fault(
                    "expected --packets 0 to 1000, --grace 0 or more and --ringing 1 or more");
        }
        var hop = HostPort.parse("--via", via);
        if (!address.isEmpty()) {
            var _ = UaKeys.literal("--address", address);
        }
        var readers = clear ? List.<X509Certificate>of() : readers();
        var labels = new ArrayList<>(inspectors);
        if (labels.isEmpty() && !clear) {
            keys.readers().forEach(r -> labels.addAll(Readers.domains(r)));
        }
        return new ProbePlan(
                target(),
                new NextHop(hop.host(), address, hop.port()),
                readers,
                labels,
                shareOnDemand,
                packets,
                hold,
                Duration.ofSeconds(ringing),
                TRANSACTION,
                new Assurance(
                        keys.optionTag(),
                        420,
                        List.of(),
                        Duration.ofSeconds(grace),
                        Duration.ofSeconds(Math.max(grace, 64)),
                        32,
                        signedOnly,
                        keys.notifyBodyType(),
                        Assurance.OnMismatch.REPORT),
                confidant());
    }

    private Optional<X509Certificate> callee() throws UaKeys.Fault {
        return callee.isEmpty()
                ? keys.directory(target().user() + "@" + target().host())
                : Optional.of(keys.certificate(callee));
    }

    private Optional<X509Certificate> confidant() throws UaKeys.Fault {
        if (!sipfrag) {
            return Optional.empty();
        }
        var found = callee();
        if (found.isEmpty()) {
            throw new UaKeys.Fault("--sipfrag is for the callee alone: give --to-cert CERT");
        }
        return found;
    }

    private List<X509Certificate> readers() throws UaKeys.Fault {
        var readers = new ArrayList<X509Certificate>();
        callee().ifPresent(readers::add);
        readers.addAll(keys.readers());
        if (readers.isEmpty()) {
            throw new UaKeys.Fault(
                    "nobody could read the offer: give --to-cert CERT (and --reader), or --clear");
        }
        return readers;
    }

    private SipUri target() throws UaKeys.Fault {
        var text = target.startsWith("sip:") ? target.substring(4) : target;
        var sign = text.indexOf('@');
        if (sign < 1 || target.startsWith("sips:")) {
            throw new UaKeys.Fault("TARGET: expected sip:USER@DOMAIN, found '" + target + "'");
        }
        var host = HostPort.parse("TARGET", text.substring(sign + 1));
        return SipUri.of(text.substring(0, sign), host.host(), host.port());
    }

    /// The address that the system would send from: no packet is sent to find out.
    private InetAddress localAddress(NextHop hop) throws UaKeys.Fault, IOException {
        if (!local.isEmpty()) {
            return UaKeys.literal("--local", local);
        }
        return switch (Locator.ofSystem(new SecureRandom()).locate(hop)) {
            case Located.Targets(var addresses) -> {
                try (var socket = new DatagramSocket()) {
                    socket.connect(addresses.getFirst());
                    yield socket.getLocalAddress();
                }
            }
            case Located.Nowhere(_, var why) ->
                    throw new UaKeys.Fault("--via: " + hop.domain() + ": " + why);
        };
    }

    private static void awaitEnter(SipLine line) {
        try {
            for (int c = System.in.read(); c >= 0 && c != '\n'; c = System.in.read()) {
                // Only the end of the line counts.
            }
        } catch (IOException e) {
            // No standard input is as good as Enter: nobody could ever press it.
        }
        line.stop();
    }
}
