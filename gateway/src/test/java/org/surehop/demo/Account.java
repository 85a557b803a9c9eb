package org.surehop.demo;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.snmp4j.smi.OID;
import org.surehop.core.report.JsonText;

/// Prints the account of the evening, and at its end whether each part of it was really seen.
final class Account {
    private final MibNames mib;
    private final Observed seen;
    private final PrintStream out;
    private final List<Check> checks = new ArrayList<>();

    /// One statement that the account makes.
    private record Check(boolean holds, String what) {}

    Account(MibNames mib, Observed seen, PrintStream out) {
        this.mib = mib;
        this.seen = seen;
        this.out = out;
    }

    /// Says whether everything in it was observed.
    boolean print() {
        section("The call, as `surehop explain` tells it from the gateway's journal");
        seen.story().forEach(this::line);
        ladderChecks();
        section("What Alice's `surehop probe` could find out about the path");
        account().forEach(this::line);
        probeChecks();
        section("The pinhole");
        pinhole();
        section("SNMPv3 notifications, as the receiver got them");
        traps();
        trapChecks();
        section("MQTT 5 messages, as a subscriber got them");
        messages();
        messageChecks();
        check(
                !seen.log().isEmpty() && seen.log().stream().noneMatch(Account::tells),
                "the gateway's log names no user and shows no body");
        check(seen.stopped(), "the gateway ended in good order and said so");
        section("Seen");
        checks.forEach(c -> line((c.holds() ? "yes  " : "NO   ") + c.what()));
        out.println();
        line(
                "The gateway ran with config/surehop.yaml as shipped, but for these keys: "
                        + String.join(", ", seen.replaced())
                        + ".");
        return checks.stream().allMatch(Check::holds);
    }

    private static boolean tells(String line) {
        return List.of("alice", "bob", "m=audio", "c=IN", "BEGIN").stream()
                .anyMatch(line::contains);
    }

    private void ladderChecks() {
        var text = String.join("\n", seen.story());
        check(
                List.of("INVITE", "200", "ACK", "BYE", "ASSURED").stream().allMatch(text::contains),
                "the ladder shows the whole call and its verdict");
    }

    /// The probe's words without the steps before them.
    private List<String> account() {
        var lines = seen.call().lines();
        var start = 0;
        while (start < lines.size() && !lines.get(start).startsWith("call ")) {
            start++;
        }
        return lines.subList(Math.min(start, lines.size()), lines.size());
    }

    private void probeChecks() {
        var call = seen.call();
        check(
                call.exitCode() == 0 && call.report().getOrDefault("verdict", "").equals("ASSURED"),
                "the verdict of the caller is ASSURED");
        check(
                call.report().getOrDefault("hops", "").contains("standing=complied")
                        && call.report().getOrDefault("hops", "").contains("status=valid"),
                "the gateway attested its hop, and its signature holds");
        check(
                call.report().getOrDefault("offer-readers", "").contains(Play.BOB)
                        && call.report().getOrDefault("offer-readers", "").contains(Play.GATEWAY),
                "the offer was encrypted for Bob and for the gateway");
        check(
                call.report().getOrDefault("answer-encrypted", "").equals("true")
                        && call.report().getOrDefault("answer-signers", "").contains("valid"),
                "the answer came encrypted and signed");
        check(
                call.number("media-sent") > 0
                        && call.number("media-sent") == call.number("media-back"),
                "all media came back while the call was up");
    }

    private void pinhole() {
        if (seen.call().during().isEmpty() || seen.after().isEmpty()) {
            line("The firewall is the memory driver: it keeps the rules and stops no packet, so");
            line("nothing here shows that media stops after BYE (as root, the kernel shows it).");
            details("pinhole.open").ifPresent(d -> line("opened  " + d));
            details("pinhole.close").ifPresent(d -> line("closed  " + d));
            return;
        }
        var during = seen.call().during().get();
        line("While the call was up, `nft list table inet surehop` showed:");
        during.holes().forEach(h -> line("  " + h));
        line("After BYE it shows " + seen.after().get().holes().size() + " open flows.");
        line(
                "Alice sent "
                        + seen.call().number("media-after-bye-sent")
                        + " packets more: "
                        + seen.call().number("media-after-bye-back")
                        + " came back. Bob: "
                        + seen.heard().replaceFirst("^\\S+ media: ", ""));
        check(during.bothWays(), "the kernel counted media both ways through the pinhole");
        check(
                during.packets() >= 2 * seen.call().number("media-sent"),
                "the kernel counted every packet that was sent and came back");
        check(seen.after().get().holes().isEmpty(), "the kernel's sets are empty after BYE");
        check(
                seen.call().number("media-after-bye-sent") > 0
                        && seen.call().number("media-after-bye-back") == 0
                        && seen.heard().contains(" 0 after it"),
                "no packet passed after BYE, in either direction");
    }

    private Optional<String> details(String kind) {
        return seen.messages().stream()
                .filter(m -> m.payload().contains("\"" + kind + "\""))
                .map(m -> JsonText.strings(m.payload()).getOrDefault("details", ""))
                .findFirst();
    }

    /// In full once for each kind, then in one line: four pinholes look much the same.
    private void traps() {
        var shown = new HashSet<OID>();
        for (var trap : seen.traps()) {
            var name = mib.name(trap.notification());
            if (!shown.add(trap.notification())) {
                line(name + "  " + word(trap, "surehopEventDetail"));
                continue;
            }
            line(name + (trap.inform() ? " (inform)" : " (trap)") + " from " + trap.from());
            for (var variable : trap.variables()) {
                var object = mib.name(variable.getOid());
                var text = mib.text(variable.getOid(), variable.getVariable());
                if (object.startsWith("surehop") && !text.isEmpty()) {
                    line("    %-22s %s".formatted(object, text));
                }
            }
        }
    }

    private String word(TrapReceiver.Received trap, String object) {
        var oid = mib.oid(object);
        return trap.value(oid).map(v -> mib.text(oid, v)).orElse("");
    }

    private void trapChecks() {
        for (var name :
                List.of("surehopPinholeOpened", "surehopCallAssured", "surehopPinholeClosed")) {
            check(
                    seen.traps().stream().anyMatch(t -> t.notification().equals(mib.oid(name))),
                    name + " was received by SNMPv3, authenticated and private");
        }
    }

    private void messages() {
        var shown = new HashSet<String>();
        for (var message : seen.messages()) {
            var fields = JsonText.strings(message.payload());
            var kind = fields.getOrDefault("kind", "");
            if (shown.add(kind)) {
                line(message.topic());
                line("    " + message.payload());
            } else {
                line(message.topic() + "  " + kind + "  " + fields.getOrDefault("details", ""));
            }
        }
    }

    private void messageChecks() {
        for (var kind : List.of("pinhole.open", "e2e-sec.verdict", "pinhole.close")) {
            check(
                    seen.messages().stream()
                            .anyMatch(m -> m.payload().contains("\"" + kind + "\"")),
                    kind + " was received by MQTT over TLS");
        }
    }

    private void check(boolean holds, String what) {
        checks.add(new Check(holds, what));
    }

    private void section(String title) {
        out.println();
        out.println(title);
        out.println("-".repeat(title.length()));
    }

    private void line(String text) {
        out.println("  " + text);
    }

    /// Who stands where, before anything happens.
    static void opening(Stage stage, PrintStream out) {
        out.println("Surehop: one assured call, everything in it real");
        out.println();
        out.println("  Alice  ----- TLS ----->  gateway  ----- TLS ----->  Bob");
        out.printf(
                "  %-22s %s | %s   %s%n",
                stage.caller(), stage.inside(), stage.outside(), stage.callee());
        out.println("         . . . . . . media, through a pinhole . . . . . .");
        out.println();
        out.println(
                stage.kernel()
                        ? "  Three network namespaces of their own; the firewall is the kernel's"
                                + " nftables."
                        : "  All on this machine's loopback; the firewall is the memory driver:"
                                + " it keeps rules, no kernel obeys them.");
        out.println();
    }
}
