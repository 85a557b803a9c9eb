package org.surehop.app.ua;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.surehop.core.assurance.HopAssertion;
import org.surehop.core.assurance.HopRecord;
import org.surehop.core.disclosure.SignerFacts;
import org.surehop.core.sip.ChannelSecurity;
import org.surehop.core.sip.Hop;

/// Puts [ProbeFindings] into words for a person, or into one map for a machine.
final class ProbeAccount {
    private final ProbeFindings found;

    ProbeAccount(ProbeFindings found) {
        this.found = found;
    }

    boolean assured() {
        return found.assured();
    }

    /// The account, one string for each line.
    List<String> lines() {
        var lines = new ArrayList<String>();
        lines.add("call " + found.callId() + " to " + found.target());
        lines.add(outcome());
        found.warnings().forEach(w -> lines.add("  " + Words.warning(w)));
        found.unsupported().forEach(u -> lines.add("  refused by name: " + u));
        lines.add("");
        lines.addAll(hops());
        lines.add("");
        lines.addAll(bodies());
        lines.addAll(media());
        found.remarks().forEach(r -> lines.add("remark: " + r));
        lines.add("");
        lines.add("verdict: " + level() + " (" + found.verdict().reason().wireName() + ")");
        lines.addAll(Advice.lines("  means: ", Words.of(found.verdict())));
        var todo = Advice.of(found.verdict().level(), found.verdict().reason());
        lines.addAll(Advice.lines("  to do: ", todo));
        if (found.evidence().stream().anyMatch(ProbeAccount::onIpsec)) {
            lines.addAll(Advice.lines("  note:  ", Advice.ON_IPSEC));
        }
        if (found.assured() && !found.evidence().isEmpty()) {
            lines.add(
                    "  note:  these are assertions of the hops above, not proofs (a hop may lie).");
        }
        return lines;
    }

    private static boolean onIpsec(ProbeFindings.Evidence evidence) {
        var said = evidence.assertion();
        return said.received().security().equals("ipsec")
                || said.forwarded().security().equals("ipsec");
    }

    private String outcome() {
        var status = found.status() == 0 ? "no answer" : found.status() + " " + found.phrase();
        return "outcome: "
                + status
                + ", "
                + Words.status(found.status())
                + ", after "
                + found.setUp().toMillis()
                + " ms";
    }

    private String level() {
        return found.verdict().level().name().replace('_', '-');
    }

    private List<String> hops() {
        var lines = new ArrayList<String>();
        lines.add("0. your own connection");
        lines.add("     " + found.connection().map(ProbeAccount::own).orElse("none was made"));
        int number = 1;
        for (var hop : path()) {
            lines.add(number++ + ". " + hop + "  " + standing(hop));
            lines.addAll(told(hop));
        }
        if (path().isEmpty()) {
            lines.add("   no further hop is known");
        }
        return lines;
    }

    /// The hops in the order of Hop-Record, then those that spoke without standing there.
    private List<Hop> path() {
        var hops =
                found.hopRecord()
                        .flatMap(HopRecord::parse)
                        .<List<Hop>>map(r -> new ArrayList<>(r.hops()))
                        .orElseGet(ArrayList::new);
        found.evidence().stream()
                .map(e -> e.assertion().hop())
                .filter(h -> !hops.contains(h))
                .forEach(hops::add);
        return hops;
    }

    private static String own(ChannelSecurity security) {
        return switch (security) {
            case ChannelSecurity.Tls tls ->
                    tls.version()
                            + " "
                            + tls.suite()
                            + ", "
                            + (tls.authentication() == ChannelSecurity.Authentication.MUTUAL
                                    ? "both sides showed certificates"
                                    : "the far side showed a certificate")
                            + "; it names "
                            + String.join(", ", tls.identities());
            case ChannelSecurity.Ipsec ipsec -> "IPsec link to " + ipsec.link();
            case ChannelSecurity.Clear _ -> "not protected";
        };
    }

    private String standing(Hop hop) {
        if (found.verdict().negative().contains(hop)) {
            return "DID NOT COMPLY";
        }
        if (found.verdict().unlisted().contains(hop)) {
            return "spoke, but is not on the callee's list";
        }
        return evidence(hop).isPresent() ? "complied" : "SILENT";
    }

    private Optional<ProbeFindings.Evidence> evidence(Hop hop) {
        return found.evidence().stream().filter(e -> e.assertion().hop().equals(hop)).findFirst();
    }

    private List<String> told(Hop hop) {
        var evidence = evidence(hop);
        if (evidence.isEmpty()) {
            return List.of(
                    "     said nothing: it may not know e2e-sec, or something removed its word;",
                    "     nothing shows that the call stayed on TLS behind it");
        }
        var assertion = evidence.get().assertion();
        var lines = new ArrayList<String>();
        lines.add("     received  " + channel(assertion.received()));
        lines.add("     forwarded " + channel(assertion.forwarded()));
        if (!assertion.complied()) {
            lines.add("     because   " + cause(assertion.cause()));
        }
        lines.add("     asserted  by " + hop + ", over your own connection" + signed(evidence));
        return lines;
    }

    private static String cause(String cause) {
        return Words.reason(cause)
                .map(Words::of)
                .orElse(cause.isEmpty() ? "it gave no cause" : cause);
    }

    private static String signed(Optional<ProbeFindings.Evidence> evidence) {
        return evidence.flatMap(ProbeFindings.Evidence::signer)
                .map(s -> "; signed by " + Words.of(s))
                .orElse("; not signed");
    }

    private static String channel(HopAssertion.Channel channel) {
        if (channel.equals(HopAssertion.Channel.UNTOLD)) {
            return "(it tells nothing)";
        }
        if (channel.security().equals("none")) {
            return "IN CLEAR";
        }
        var text = new StringBuilder(channel.security().isEmpty() ? "?" : channel.security());
        for (var part : List.of(channel.version(), channel.cipher())) {
            text.append(part.isEmpty() ? "" : " " + part);
        }
        text.append(channel.peer().isEmpty() ? "" : ", peer " + channel.peer());
        return text.append(
                        switch (channel.peerAuth()) {
                            case "mutual" -> ", both showed certificates";
                            case "server" -> ", only the server showed a certificate";
                            case "none" ->
                                    channel.security().equals("ipsec")
                                            ? ", an IPsec link that its operator declared"
                                            : ", nobody showed a certificate";
                            default -> "";
                        })
                .toString();
    }

    private List<String> bodies() {
        var bodies = found.bodies();
        var lines = new ArrayList<String>();
        lines.add(
                bodies.readers().isEmpty()
                        ? "offer: IN CLEAR"
                        : "offer: encrypted for " + String.join(", ", bodies.readers()));
        if (found.status() >= 200 && found.status() < 300) {
            lines.add("answer: " + answer(bodies));
        }
        return lines;
    }

    private static String answer(ProbeFindings.Bodies bodies) {
        if (!bodies.answerReadable()) {
            return "could not be read";
        }
        var signers =
                bodies.answerSigners().stream().map(Words::of).collect(Collectors.joining("; "));
        return (bodies.answerEncrypted() ? "encrypted" : "IN CLEAR")
                + (signers.isEmpty() ? ", not signed" : ", signed by " + signers);
    }

    private List<String> media() {
        var media = found.media();
        if (media.sent() == 0) {
            return List.of();
        }
        var after =
                media.backAfter() == 0
                        ? "none came back: the way is closed"
                        : media.backAfter() + " CAME BACK: nothing on the way closed";
        return List.of(
                "media: " + media.sent() + " packets sent, " + media.back() + " came back",
                "after BYE: " + media.sentAfter() + " packets sent, " + after);
    }

    /// The same for a machine; stable names, see `surehop probe --help`.
    Map<String, Object> map() {
        var map = new LinkedHashMap<String, Object>();
        map.put("target", found.target().text());
        map.put("call-id", found.callId().value());
        map.put("status", found.status());
        map.put("phrase", found.phrase());
        map.put("set-up-ms", found.setUp().toMillis());
        map.put("warnings", found.warnings());
        map.put("unsupported", found.unsupported());
        found.connection()
                .filter(c -> c instanceof ChannelSecurity.Tls)
                .map(c -> (ChannelSecurity.Tls) c)
                .ifPresent(
                        tls ->
                                map.put(
                                        "connection",
                                        Map.of(
                                                "version", tls.version(),
                                                "suite", tls.suite(),
                                                "identities", tls.identities())));
        map.put("hop-record", found.hopRecord().map(List::copyOf).orElse(List.of()));
        map.put("hop-record-present", found.hopRecord().isPresent());
        map.put("hops", path().stream().map(this::hopMap).toList());
        map.put("offer-readers", found.bodies().readers());
        map.put("answer-encrypted", found.bodies().answerEncrypted());
        map.put(
                "answer-signers",
                found.bodies().answerSigners().stream().map(ProbeAccount::signerMap).toList());
        map.put("media-sent", found.media().sent());
        map.put("media-back", found.media().back());
        map.put("media-after-bye-sent", found.media().sentAfter());
        map.put("media-after-bye-back", found.media().backAfter());
        map.put("remarks", found.remarks());
        map.put("verdict", level());
        map.put("reason", found.verdict().reason().wireName());
        return map;
    }

    private Map<String, Object> hopMap(Hop hop) {
        var map = new LinkedHashMap<String, Object>();
        map.put("hop", hop.toString());
        map.put("standing", standing(hop).toLowerCase(java.util.Locale.ROOT));
        evidence(hop)
                .ifPresent(
                        e -> {
                            map.put(
                                    "role",
                                    e.assertion().role().name().toLowerCase(java.util.Locale.ROOT));
                            map.put("cause", e.assertion().cause());
                            map.put("received", channelMap(e.assertion().received()));
                            map.put("forwarded", channelMap(e.assertion().forwarded()));
                            e.signer().ifPresent(s -> map.put("signer", signerMap(s)));
                        });
        return map;
    }

    private static Map<String, Object> channelMap(HopAssertion.Channel channel) {
        var map = new LinkedHashMap<String, Object>();
        map.put("security", channel.security());
        map.put("version", channel.version());
        map.put("cipher", channel.cipher());
        map.put("peer", channel.peer());
        map.put("peer-auth", channel.peerAuth());
        return map;
    }

    private static Map<String, Object> signerMap(SignerFacts signer) {
        var map = new LinkedHashMap<String, Object>();
        map.put("identities", signer.identities());
        map.put("fingerprint", signer.fingerprint());
        map.put("status", signer.status().name().toLowerCase(java.util.Locale.ROOT));
        return map;
    }
}
