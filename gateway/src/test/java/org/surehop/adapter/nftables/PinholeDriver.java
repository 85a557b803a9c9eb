package org.surehop.adapter.nftables;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.surehop.core.config.MediaRules;
import org.surehop.core.config.PacketRules;
import org.surehop.core.config.Pinholes;
import org.surehop.core.config.Prefix;
import org.surehop.core.config.Upstream;
import org.surehop.core.gateway.Effect;
import org.surehop.core.gateway.Event;
import org.surehop.core.pinhole.GroupId;
import org.surehop.core.pinhole.RuleSetChange;
import org.surehop.core.sdp.Flow;

/// The nftables adapter on a line of commands, for tests that need it in a namespace of its own.
///
/// Arguments: the most rules, then inside prefixes. Commands, one a line:
/// `NUMBER SECONDS +udp,FROM,PORT,TO,PORT -udp,...`; the end of input stops. Each event is a line.
final class PinholeDriver {
    private PinholeDriver() {}

    public static void main(String[] arguments) throws IOException {
        var prefixes = List.of(arguments).subList(1, arguments.length);
        var config =
                new Pinholes(
                        Pinholes.Driver.NFTABLES,
                        "surehop",
                        prefixes.stream().map(Prefix::parse).toList(),
                        Pinholes.MediaSource.PREFIXES,
                        Duration.ofSeconds(180),
                        Duration.ofSeconds(300),
                        1024,
                        List.of(),
                        8,
                        32,
                        Integer.parseInt(arguments[0]),
                        MediaRules.USUAL,
                        Upstream.NONE,
                        new PacketRules(50, 0x400),
                        org.surehop.core.config.Nat.NONE);
        try (var adapter =
                        NftablesAdapter.start(
                                config, 100, PinholeDriver::print, InstantSource.system());
                var input =
                        new BufferedReader(
                                new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            System.out.println("ready");
            for (var line = input.readLine(); line != null; line = input.readLine()) {
                adapter.handle(new Effect.ApplyRuleSet(change(line)));
            }
        } catch (FirewallUnavailable e) {
            System.out.println(e.getMessage());
            System.exit(2);
        }
    }

    private static boolean print(Event event) {
        switch (event) {
            case Event.RuleSetApplied(_, var number, var closed) ->
                    System.out.println(
                            "applied "
                                    + number
                                    + String.join(
                                            "",
                                            closed.stream()
                                                    .map(c -> " " + c.packets() + "/" + c.bytes())
                                                    .toList()));
            case Event.RuleSetFailed(_, var number, var reason) ->
                    System.out.println("failed " + number + " " + reason);
            case Event.FlowsVanished(_, var flows) ->
                    System.out.println("vanished " + flows.size());
            default -> throw new IllegalStateException(event.toString());
        }
        return true;
    }

    private static RuleSetChange change(String line) {
        var words = List.of(line.split(" "));
        var enable = new ArrayList<Flow>();
        var disable = new ArrayList<Flow>();
        for (var word : words.subList(2, words.size())) {
            (word.startsWith("+") ? enable : disable).add(flow(word.substring(1).split(",")));
        }
        return new RuleSetChange(
                Long.parseLong(words.get(0)),
                new GroupId(1),
                enable,
                Duration.ofSeconds(Long.parseLong(words.get(1))),
                disable);
    }

    private static Flow flow(String[] field) {
        return new Flow(
                Flow.Transport.valueOf(field[0].toUpperCase(Locale.ROOT)),
                InetAddress.ofLiteral(field[1]),
                Integer.parseInt(field[2]),
                InetAddress.ofLiteral(field[3]),
                Integer.parseInt(field[4]));
    }
}
