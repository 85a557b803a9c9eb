package org.surehop.app.ua;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.Security;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.surehop.adapter.cms.KeyPairing;
import org.surehop.adapter.cms.SmimeKeys;
import org.surehop.adapter.tls.CredentialException;
import org.surehop.adapter.tls.FipsProvider;
import org.surehop.adapter.tls.TlsSockets;
import org.surehop.adapter.tls.TrialAuthority;
import org.surehop.adapter.tls.TrialCertificate;
import org.surehop.core.config.Assurance;
import org.surehop.core.config.Disclosure;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.config.Listener;
import org.surehop.core.config.Peer;
import org.surehop.core.config.Route;
import org.surehop.core.config.UserRule;
import org.surehop.core.sip.NextHop;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.Side;
import org.surehop.core.sip.SipUri;

/// A call through the running gateway from this machine to itself, to see whether calls pass: over
/// TLS with certificates on both sides, asking for e2e-sec, its description encrypted for the
/// gateway. Nothing leaves the loopback. Caller and callee have names that nobody can guess, and
/// keys that are made here and never leave the memory of the process; the gateway trusts their CA
/// for as long as it runs. The call has no media, so that no pinhole is opened for it.
///
/// One call at a time; any thread.
public final class TrialCall {
    private static final String LOOPBACK = "127.0.0.1";
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int NAME_OCTETS = 12;
    private static final String NO_MEDIA =
            """
            v=0
            o=- 1 1 IN IP4 127.0.0.1
            s=-
            c=IN IP4 127.0.0.1
            t=0 0
            m=audio 0 RTP/AVP 0
            """;

    private final TrialAuthority authority;
    private final SecureRandom random = new SecureRandom();
    private final String caller;
    private final String callee;
    private final int port;

    private TrialCall(TrialAuthority authority, int port) {
        this.authority = authority;
        this.port = port;
        this.caller = name();
        this.callee = name();
    }

    /// With a CA of its own; `port` is that of the door, and the callee has the next one.
    public static TrialCall at(int port, InstantSource clock) {
        return new TrialCall(TrialAuthority.named("health", clock), port);
    }

    private String name() {
        var octets = new byte[NAME_OCTETS];
        random.nextBytes(octets);
        return "health-" + HexFormat.of().formatHex(octets) + ".invalid";
    }

    /// Who vouches for caller and callee.
    public X509Certificate anchor() {
        return authority.certificate();
    }

    /// What the gateway must know for such calls, added to what it knows already. A rule of its own
    /// for the two users: whatever is asked of others, they may show their description unsigned.
    public GatewayConfig added(GatewayConfig config) {
        var door =
                new Listener(
                        "health", LOOPBACK, port, Side.INSIDE, Listener.ClientCertificate.REQUIRED);
        var neighbours =
                List.of(peer("health caller", caller, 0), peer("health callee", callee, port + 1));
        var inspected = Disclosure.Profile.INSPECT;
        var reading =
                config.disclosure()
                        .with(new UserRule("*@" + caller, inspected, false, false))
                        .with(new UserRule("*@" + callee, inspected, false, false));
        var way = new Route(callee, neighbours.getLast().name(), Side.INSIDE);
        return config.withTrial(door, neighbours, way, reading);
    }

    /// Its name has a blank in it, as none in a file can have. It asks no certificate of others
    /// who come from the loopback.
    private static Peer peer(String name, String domain, int at) {
        return new Peer(
                name,
                List.of(domain),
                at == 0 ? "" : LOOPBACK,
                at,
                true,
                false,
                Peer.Notify.OFF,
                Optional.empty(),
                Optional.empty());
    }

    /// The gateway as the two ends must find it: its name, the certificate that it shows, the one
    /// that bodies are encrypted for, and what it calls e2e-sec.
    public record Gateway(
            String name, X509Certificate shows, X509Certificate reads, Assurance assurance) {}

    /// Why the call failed, in one sentence; empty when it was set up and ended as it should be.
    public Optional<String> place(Gateway gateway) throws InterruptedException {
        var here = InetAddress.ofLiteral(LOOPBACK);
        var near = new UaIdentity(SipUri.of("health", caller, 0), here, 0, random);
        var far = new UaIdentity(SipUri.of("health", callee, 0), here, port + 1, random);
        try (var answering =
                        SipLine.listening(
                                far,
                                sockets(callee, gateway),
                                PATIENCE,
                                new InetSocketAddress(here, port + 1));
                var calling = SipLine.dialling(near, sockets(caller, gateway), PATIENCE)) {
            var envelopes = envelopes(gateway);
            var answer = sealed(envelopes, gateway, far);
            var end = new TrialCallee(far, answering, answer, gateway.name());
            var thread = Thread.ofVirtual().name("health-callee").start(end::run);
            try {
                return call(gateway, near, calling, envelopes);
            } finally {
                end.stop();
                thread.join(PATIENCE);
            }
        } catch (IOException e) {
            return Optional.of("port " + (port + 1) + ": " + e.getMessage());
        } catch (CredentialException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private Optional<String> call(
            Gateway gateway, UaIdentity self, SipLine line, Envelopes envelopes)
            throws InterruptedException {
        var plan =
                new ProbePlan(
                        SipUri.of("health", callee, 0),
                        new NextHop(gateway.name(), LOOPBACK, port),
                        List.of(gateway.reads()),
                        List.of(gateway.name()),
                        false,
                        0,
                        false,
                        PATIENCE,
                        PATIENCE,
                        gateway.assurance(),
                        Optional.empty());
        var offer = sealed(envelopes, gateway, self);
        var call = new ProbeCall(plan, self, line, envelopes, offer);
        var answer = call.place();
        if (answer.isEmpty()) {
            return Optional.of(call.failureText().orElse("no answer"));
        }
        if (!answer.get().status().success()) {
            return Optional.of(refusal(answer.get()));
        }
        return call.hangUp() ? Optional.empty() : Optional.of("its end was not confirmed");
    }

    private static String refusal(Response answer) {
        var warnings = answer.headers("Warning");
        return "answered "
                + answer.status()
                + " "
                + answer.reason()
                + (warnings.isEmpty() ? "" : ", " + warnings.getFirst());
    }

    private TlsSockets sockets(String domain, Gateway gateway) throws CredentialException {
        return TlsSockets.pinned(authority.issue(TrialCertificate.tls(domain)), gateway.shows());
    }

    private Envelopes.Sealed sealed(Envelopes envelopes, Gateway gateway, UaIdentity self) {
        var sdp = NO_MEDIA.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII);
        return envelopes.seal(Octets.copyOf(sdp), List.of(gateway.reads()), self.newContentId());
    }

    private Envelopes envelopes(Gateway gateway) {
        var provider = Security.getProvider(FipsProvider.CRYPTO);
        var issued = authority.issue(TrialCertificate.smime(caller));
        var pair = new KeyPairing(issued.key(), issued.leaf(), provider);
        return new Envelopes(
                new SmimeKeys(pair, pair, List.of(), provider),
                Envelopes.Shape.N1,
                gateway.assurance().notifyBodyType(),
                caller);
    }
}
