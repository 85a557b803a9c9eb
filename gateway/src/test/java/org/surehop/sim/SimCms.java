package org.surehop.sim;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.surehop.core.assurance.HopReport;
import org.surehop.core.disclosure.BodyFacts;
import org.surehop.core.disclosure.BodyFacts.Obstacle;
import org.surehop.core.disclosure.DisclosedPart;
import org.surehop.core.disclosure.SignerFacts;
import org.surehop.core.disclosure.SignerFacts.Status;
import org.surehop.core.gateway.Effect;
import org.surehop.core.gateway.Event;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Octets;
import org.surehop.sim.CallPlan.Wrapping;

/// The CMS layer: a body says in its first line what opening it shall find.
final class SimCms {
    private static final Header SMIME =
            new Header("Content-Type", "application/pkcs7-mime; smime-type=enveloped-data");
    private static final Header SDP = new Header("Content-Type", "application/sdp");
    private static final Header REPORT = new Header("Content-Type", "application/e2e-sec-info+xml");

    private final World world;
    private final SimGateway gateway;
    private final Map<String, Letter> letters = new HashMap<>();

    /// A NOTIFY body and who signed it; without a report it is garbage.
    record Letter(Optional<HopReport> report, Optional<SignerFacts> signer) {}

    SimCms(World world, SimGateway gateway) {
        this.world = world;
        this.gateway = gateway;
    }

    /// An SDP as the plan wraps it; `signer` is the user in the name of whom it is signed.
    static Body wrap(Wrapping wrapping, String sdp, String signer) {
        return switch (wrapping) {
            case NONE -> Body.NONE;
            case CLEAR -> body(SDP, sdp);
            case READABLE, READABLE_SIGNED, NOT_RECIPIENT, BAD_SIGNATURE, MALFORMED, SLOW, NEVER ->
                    body(SMIME, wrapping + "\n" + signer + "\n" + sdp);
        };
    }

    /// Whether a pinhole may rest on a body wrapped like that.
    static boolean readable(Wrapping wrapping, boolean clearSdp) {
        return switch (wrapping) {
            case READABLE, READABLE_SIGNED, SLOW -> true;
            case CLEAR -> clearSdp;
            case NONE, NOT_RECIPIENT, BAD_SIGNATURE, MALFORMED, NEVER -> false;
        };
    }

    Body letter(Letter letter) {
        var name = "letter-" + letters.size();
        letters.put(name, letter);
        return body(REPORT, name);
    }

    /// What stands in a body that somebody has sealed here.
    Optional<Letter> sealed(Body body) {
        return Optional.ofNullable(letters.get(text(body)));
    }

    void open(Effect.OpenBody effect) {
        var lines = text(effect.body()).split("\n", 3);
        var wrapping = Wrapping.valueOf(lines[0]);
        if (wrapping == Wrapping.NEVER) {
            return;
        }
        var facts =
                facts(wrapping, lines[1], Octets.copyOf(lines[2].getBytes(StandardCharsets.UTF_8)));
        var delay = wrapping == Wrapping.SLOW ? world.chance.between(500, 6_000) : 2;
        later(delay, () -> new Event.BodyOpened(world.now(), effect.task(), facts));
    }

    private static BodyFacts facts(Wrapping wrapping, String signer, Octets sdp) {
        return switch (wrapping) {
            case READABLE, SLOW, CLEAR -> disclosed(sdp, List.of());
            case READABLE_SIGNED -> disclosed(sdp, List.of(signed(signer, Status.VALID)));
            case BAD_SIGNATURE ->
                    disclosed(sdp, List.of(signed(signer, Status.DIGEST_OR_SIGNATURE_WRONG)));
            case NOT_RECIPIENT -> new BodyFacts(List.of(), Set.of(Obstacle.NOT_A_RECIPIENT));
            case MALFORMED -> new BodyFacts(List.of(), Set.of(Obstacle.MALFORMED));
            case NONE, NEVER -> new BodyFacts(List.of(), Set.of());
        };
    }

    private static BodyFacts disclosed(Octets sdp, List<SignerFacts> signers) {
        var part = new DisclosedPart("application/sdp", "", sdp, signers, true);
        return new BodyFacts(List.of(part), Set.of());
    }

    static SignerFacts signed(String identity, Status status) {
        return new SignerFacts(
                List.of(identity), "fp-" + identity, status, Optional.of(Instant.EPOCH));
    }

    void read(Effect.ReadHopReport effect) {
        var letter = letters.get(text(effect.body()));
        if (letter == null || world.strikes(400)) {
            return;
        }
        later(
                world.chance.between(1, 20),
                () ->
                        letter.report().isPresent()
                                ? new Event.HopReportRead(
                                        world.now(),
                                        effect.task(),
                                        letter.report().get(),
                                        letter.signer())
                                : new Event.HopReportRefused(
                                        world.now(), effect.task(), Reason.BODY_MALFORMED));
    }

    void make(Effect.MakeHopReport effect) {
        var own = Optional.of(signed("gw.example.com", Status.VALID));
        var body = letter(new Letter(Optional.of(effect.report()), own));
        later(3, () -> new Event.HopReportMade(world.now(), effect.task(), body));
    }

    /// The body is an envelope that nobody here opens; some are late, and a few never come.
    void sign(Effect.SignBody effect) {
        if (world.strikes(200)) {
            return;
        }
        var body =
                world.strikes(50)
                        ? Optional.<Body>empty()
                        : Optional.of(
                                body(
                                        new Header("Content-Type", "multipart/signed"),
                                        text(effect.entity())));
        later(
                world.chance.between(1, 6_000),
                () -> new Event.BodySigned(world.now(), effect.task(), body));
    }

    private void later(long delay, java.util.function.Supplier<Event> event) {
        gateway.whileItLives(delay, () -> gateway.post(event.get()));
    }

    private static Body body(Header type, String text) {
        return new Body(List.of(type), Octets.copyOf(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static String text(Body body) {
        return new String(body.octets().toArray(), StandardCharsets.UTF_8);
    }
}
