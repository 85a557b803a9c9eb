package org.surehop.core.gateway;

import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.surehop.core.assurance.HopAssertion;

/// What a hop asserted, as the story of a call keeps it: `asserted RESULT; received CHANNEL;
/// forwarded CHANNEL`, where a channel is its security, version, cipher and peer. Pure.
final class HopWords {
    private HopWords() {}

    static String of(HopAssertion assertion) {
        return "asserted %s; received %s; forwarded %s"
                .formatted(
                        assertion.complied()
                                ? "complied"
                                : "not complied " + plain(assertion.cause()),
                        channel(assertion.received()),
                        channel(assertion.forwarded()));
    }

    private static String channel(HopAssertion.Channel channel) {
        var words =
                Stream.of(channel.security(), channel.version(), channel.cipher())
                        .filter(w -> !w.isEmpty())
                        .collect(Collectors.joining(" "));
        var auth = channel.peerAuth().isEmpty() ? "" : " (" + channel.peerAuth() + ")";
        return plain(channel.peer().isEmpty() ? words : words + ", peer " + channel.peer() + auth);
    }

    /// A hop cannot add words of ours to its own.
    private static String plain(String said) {
        return said.replace(';', ',');
    }
}
