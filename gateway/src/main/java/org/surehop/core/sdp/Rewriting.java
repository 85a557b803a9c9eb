package org.surehop.core.sdp;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.surehop.core.sip.Octets;

/// A description with inside places replaced by outside ones: `c=`, the port of `m=`, `a=rtcp`.
/// ICE attributes of it are dropped, since its candidates are places that the outside cannot reach.
/// Only UDP over IPv4, one port for each medium; `o=` stays, since it is a name and no place.
public final class Rewriting {
    private static final List<String> ICE =
            List.of("candidate", "remote-candidates", "end-of-candidates", "ice-");

    private final Predicate<InetAddress> inside;
    private final Places places;
    private final List<String> out = new ArrayList<>();
    private String sessionAddress = "";
    private String connection = "";

    /// What became of it.
    public sealed interface Result {}

    /// It names no inside place: as it was.
    public record Untouched() implements Result {}

    public record Rewritten(Octets sdp) implements Result {}

    /// It cannot be rewritten, or there is no outside place; `noPlace` tells these apart.
    public record Impossible(boolean noPlace, String detail) implements Result {}

    /// Gives the outside place of RTP for an inside pair; RTCP is at the next port.
    @FunctionalInterface
    public interface Places {
        Optional<InetSocketAddress> outside(InetSocketAddress rtp, InetSocketAddress rtcp);
    }

    private static final class Stuck extends Exception {
        private static final long serialVersionUID = 1L;
        private final boolean noPlace;

        Stuck(boolean noPlace, String message) {
            super(message, null, false, false);
            this.noPlace = noPlace;
        }
    }

    private Rewriting(Predicate<InetAddress> inside, Places places) {
        this.inside = inside;
        this.places = places;
    }

    /// @param inside which addresses are to be replaced
    public static Result of(Octets sdp, Predicate<InetAddress> inside, Places places) {
        var work = new Rewriting(inside, places);
        try {
            return work.all(SdpLines.of(sdp.toArray()));
        } catch (SdpRefusal refusal) {
            return new Impossible(false, "a description that cannot be read");
        } catch (Stuck stuck) {
            return new Impossible(stuck.noPlace, String.valueOf(stuck.getMessage()));
        }
    }

    private Result all(List<SdpLines.Line> lines) throws Stuck {
        var sections = sections(lines);
        var session = sections.getFirst();
        sessionAddress = connection(session);
        var media = sections.subList(1, sections.size());
        if (media.stream().noneMatch(this::isInside)) {
            return new Untouched();
        }
        for (var medium : media) {
            medium(medium);
        }
        var whole = new ArrayList<String>();
        for (var line : session) {
            if (line.type() == 'c' && isInside(sessionAddress)) {
                whole.add(connection);
            } else if (!isIce(line)) {
                whole.add(text(line));
            }
        }
        whole.addAll(out);
        var text = String.join("\r\n", whole) + "\r\n";
        return new Rewritten(Octets.copyOf(text.getBytes(StandardCharsets.ISO_8859_1)));
    }

    /// The session's lines, then those of each medium.
    private static List<List<SdpLines.Line>> sections(List<SdpLines.Line> lines) {
        var found = new ArrayList<List<SdpLines.Line>>();
        found.add(new ArrayList<>());
        for (var line : lines) {
            if (line.type() == 'm') {
                found.add(new ArrayList<>());
            }
            found.getLast().add(line);
        }
        return found;
    }

    private boolean isInside(List<SdpLines.Line> medium) {
        return !port(medium).equals("0") && isInside(address(medium));
    }

    private String address(List<SdpLines.Line> medium) {
        var own = connection(medium);
        return own.isEmpty() ? sessionAddress : own;
    }

    private static String connection(List<SdpLines.Line> section) {
        return section.stream()
                .filter(l -> l.type() == 'c' && l.value().startsWith("IN IP4 "))
                .map(l -> l.value().substring(7).strip())
                .findFirst()
                .orElse("");
    }

    private boolean isInside(String address) {
        return literal(address).filter(inside).isPresent();
    }

    private static Optional<InetAddress> literal(String text) {
        try {
            return text.isEmpty()
                    ? Optional.empty()
                    : Optional.of(InetAddress.ofLiteral(text))
                            .filter(a -> a instanceof Inet4Address && !a.isAnyLocalAddress());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String port(List<SdpLines.Line> medium) {
        var words = medium.getFirst().value().split(" ", -1);
        return words.length > 3 ? words[1] : "0";
    }

    private void medium(List<SdpLines.Line> lines) throws Stuck {
        if (!isInside(lines)) {
            lines.forEach(l -> out.add(text(l)));
            return;
        }
        var words = lines.getFirst().value().split(" ", 4);
        if (words[2].toUpperCase(java.util.Locale.ROOT).startsWith("TCP")) {
            throw new Stuck(false, "media over TCP with a private address");
        }
        int port = SdpText.number(words[1]);
        if (port < 1 || port > 65_535) {
            throw new Stuck(false, "more than one port for a medium with a private address");
        }
        var address = literal(address(lines)).orElseThrow();
        var rtp = new InetSocketAddress(address, port);
        var place = places.outside(rtp, rtcp(lines, rtp));
        if (place.isEmpty()) {
            throw new Stuck(true, "no outside port is free");
        }
        int even = place.get().getPort();
        connection = "c=IN IP4 " + place.get().getAddress().getHostAddress();
        out.add("m=" + words[0] + " " + even + " " + words[2] + " " + words[3]);
        boolean told = false;
        for (var line : lines.subList(1, lines.size())) {
            // Before it come only i= and c= (RFC 8866 §5).
            if (!told && line.type() != 'i') {
                out.add(connection);
                told = true;
            }
            if (line.type() == 'a' && line.value().startsWith("rtcp:")) {
                out.add("a=rtcp:" + (even + 1));
            } else if (line.type() != 'c' && !isIce(line)) {
                out.add(text(line));
            }
        }
        if (!told) {
            out.add(connection);
        }
    }

    /// By default the next port (RFC 3550 §11), or what `a=rtcp` says (RFC 3605).
    private static InetSocketAddress rtcp(List<SdpLines.Line> lines, InetSocketAddress rtp)
            throws Stuck {
        for (var line : lines) {
            if (line.type() == 'a' && line.value().startsWith("rtcp:")) {
                var words = line.value().substring(5).split(" ", -1);
                int port = SdpText.number(words[0]);
                var address = words.length == 4 ? literal(words[3]) : Optional.of(rtp.getAddress());
                if (port < 1 || port > 65_535 || address.isEmpty()) {
                    throw new Stuck(false, "a=rtcp that cannot be read");
                }
                return new InetSocketAddress(address.get(), port);
            }
        }
        return new InetSocketAddress(rtp.getAddress(), Math.min(rtp.getPort() + 1, 65_535));
    }

    private static boolean isIce(SdpLines.Line line) {
        return line.type() == 'a' && ICE.stream().anyMatch(line.value()::startsWith);
    }

    private static String text(SdpLines.Line line) {
        return line.type() + "=" + line.value();
    }
}
