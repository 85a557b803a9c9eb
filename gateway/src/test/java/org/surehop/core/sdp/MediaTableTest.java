package org.surehop.core.sdp;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.surehop.core.sdp.FlowRules.End;
import org.surehop.core.sip.Octets;
import org.surehop.testing.GoldenFile;

/// Every row of CHECKLISTS 6.2: descriptions in `media-table.txt`, their flows in the golden
/// file, with the offerer inside and with the answerer inside, by each source policy.
class MediaTableTest {
    private static final Map<String, String> INSIDE =
            Map.of(
                    "",
                    "10.0.0.1",
                    "2",
                    "10.0.0.2",
                    "6",
                    "2001:db8:1::1",
                    "n",
                    "203.0.113.1",
                    "r",
                    "198.51.100.1");
    private static final Map<String, String> OUTSIDE =
            Map.of(
                    "",
                    "192.0.2.1",
                    "2",
                    "192.0.2.2",
                    "6",
                    "2001:db8:2::1",
                    "n",
                    "203.0.113.2",
                    "r",
                    "198.51.100.2");

    private record Case(String title, String offer, String answer) {}

    @Test
    void saysTheFlowsOfEveryRow() throws IOException {
        var text = new StringBuilder();
        var cases = cases();
        for (var one : cases) {
            text.append("## ").append(one.title()).append('\n');
            show(text, one, true);
            show(text, one, false);
            text.append('\n');
        }
        assertTrue(cases.size() > 40);
        GoldenFile.assertMatches("media-flows.txt", text.toString());
    }

    private static void show(StringBuilder text, Case one, boolean offererInside) {
        text.append("offerer ").append(offererInside ? "inside" : "outside").append('\n');
        var offer = read(one, one.offer(), offererInside);
        var answer = read(one, one.answer(), offererInside);
        var offered = Flows.offered(offer, end(offererInside));
        text.append("  listens at");
        for (var e : offered.endpoints()) {
            text.append(' ')
                    .append(e.transport() == Flow.Transport.UDP ? "udp " : "tcp ")
                    .append(e.at().getAddress().getHostAddress())
                    .append(' ')
                    .append(e.at().getPort());
        }
        text.append('\n');
        var seen = new ArrayList<String>();
        for (var policy :
                List.of(SourcePolicy.ADDR, SourcePolicy.ADDR_AND_PORT, SourcePolicy.ANY)) {
            var rules = new FlowRules(policy, end(offererInside), end(!offererInside));
            var plan = (FlowPlan.Agreed) Flows.between(offer, answer, rules);
            var shown = new StringBuilder();
            plan.toOfferer().forEach(f -> shown.append("    ").append(f).append('\n'));
            plan.toAnswerer().forEach(f -> shown.append("    ").append(f).append('\n'));
            plan.skipped()
                    .forEach(
                            s ->
                                    shown.append(
                                            "    none for medium %d: %s\n"
                                                    .formatted(s.index(), s.why())));
            if (!seen.contains(shown.toString())) {
                seen.add(shown.toString());
                text.append("  ").append(policy.word()).append('\n').append(shown);
            }
        }
    }

    private static SessionDescription read(Case one, String text, boolean offererInside) {
        var placed = placed(text, offererInside);
        var octets = Octets.copyOf(placed.getBytes(StandardCharsets.UTF_8));
        return assertInstanceOf(
                SessionDescription.class,
                SdpParser.parse(octets, 8),
                () -> one.title() + ": " + SdpParser.parse(octets, 8) + "\n" + placed);
    }

    private static End end(boolean inside) {
        return new End(inside, a -> isInside(a) == inside, port -> port >= 1024);
    }

    private static boolean isInside(InetAddress address) {
        return INSIDE.values().stream()
                .limit(5)
                .anyMatch(
                        a ->
                                InetAddress.ofLiteral(a).equals(address)
                                        && !a.startsWith("203")
                                        && !a.startsWith("198"));
    }

    private static String placed(String text, boolean offererInside) {
        var placed = text;
        for (var key : INSIDE.keySet()) {
            var in = Objects.requireNonNull(INSIDE.get(key));
            var out = Objects.requireNonNull(OUTSIDE.get(key));
            placed = placed.replace("{o" + key + "}", offererInside ? in : out);
            placed = placed.replace("{a" + key + "}", offererInside ? out : in);
        }
        return placed;
    }

    private static List<Case> cases() throws IOException {
        try (var stream = MediaTableTest.class.getResourceAsStream("media-table.txt")) {
            var text =
                    new String(
                            Objects.requireNonNull(stream).readAllBytes(), StandardCharsets.UTF_8);
            var cases = new ArrayList<Case>();
            for (var block : text.split("## ")) {
                int offer = block.indexOf("offer:\n");
                int answer = block.indexOf("answer:\n");
                if (offer >= 0) {
                    cases.add(
                            new Case(
                                    block.substring(0, offer).strip(),
                                    whole(block.substring(offer + 7, answer), "{o}"),
                                    whole(block.substring(answer + 8).strip(), "{a}")));
                }
            }
            return cases;
        }
    }

    private static String whole(String part, String address) {
        var connection = part.startsWith("c=") ? "" : "c=IN IP4 " + address + "\n";
        return "v=0\no=- 1 1 IN IP4 x\ns=-\n" + connection + "t=0 0\n" + part.strip() + "\n";
    }
}
