package org.surehop.core.sdp;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.surehop.core.sdp.Flow.Transport;
import org.surehop.core.sdp.SdpLines.Line;

/// One `a=candidate` (RFC 8839 §5.1, RFC 6544): an address where its author may be reached.
/// `component` is 1 (RTP, or the only one) or 2 (RTCP). The related address is not kept: it is no
/// place to send to.
public record Candidate(
        int component,
        Transport transport,
        InetAddress address,
        int port,
        Type type,
        Optional<TcpType> tcpType) {

    /// How its author knows the address.
    public enum Type {
        HOST,
        SRFLX,
        PRFLX,
        RELAY
    }

    /// Who opens the connection (RFC 6544 §4.5).
    public enum TcpType {
        ACTIVE,
        PASSIVE,
        SO
    }

    /// Whether somebody may open a connection, or send a datagram, to it.
    boolean listens() {
        return transport == Transport.UDP || tcpType.filter(t -> t != TcpType.ACTIVE).isPresent();
    }

    /// Whether its author sends first, or may.
    boolean calls() {
        return transport == Transport.UDP || tcpType.filter(t -> t != TcpType.PASSIVE).isPresent();
    }

    /// What one line holds.
    sealed interface Read {}

    record Usable(Candidate candidate) implements Read {}

    /// A name, mostly an mDNS one: it is never looked up.
    record Named() implements Read {}

    /// A transport, component or type that is not known: to be ignored (RFC 8839 §5.1).
    record Ignored() implements Read {}

    /// Reads what stands after `candidate:`.
    static Read read(Line line, String value) throws SdpRefusal {
        var fields = SdpText.split(value, ' ');
        if (fields.size() < 8
                || fields.stream().anyMatch(String::isEmpty)
                || !fields.get(6).equals("typ")
                || !SdpText.isDigits(fields.get(3), 10)) {
            throw syntax(line, "expected FOUNDATION COMPONENT TRANSPORT PRIORITY ADDRESS PORT typ");
        }
        int component = SdpText.number(fields.get(1));
        int port = SdpText.number(fields.get(5));
        if (component < 1 || component > 256) {
            throw syntax(line, "a component is 1 to 256");
        }
        if (port < 0 || port > 65_535) {
            throw new SdpRefusal(SdpProblem.Kind.BAD_PORT, line.number(), "not a candidate's port");
        }
        var transport = one(Transport.values(), fields.get(2));
        var type = one(Type.values(), fields.get(7));
        var tcpType = tcpType(fields);
        boolean known = transport.isPresent() && type.isPresent() && component <= 2 && port != 0;
        boolean complete = transport.filter(t -> t == Transport.TCP).isEmpty() == tcpType.isEmpty();
        var address = SdpAddress.literal(line, fields.get(4));
        if (!known || !complete) {
            return new Ignored();
        }
        return address.<Read>map(
                        a ->
                                new Usable(
                                        new Candidate(
                                                component,
                                                transport.orElseThrow(),
                                                a,
                                                port,
                                                type.orElseThrow(),
                                                tcpType)))
                .orElseGet(Named::new);
    }

    /// The extensions come as pairs of name and value.
    private static Optional<TcpType> tcpType(List<String> fields) {
        for (int i = 8; i + 1 < fields.size(); i += 2) {
            if (fields.get(i).equals("tcptype")) {
                return one(TcpType.values(), fields.get(i + 1));
            }
        }
        return Optional.empty();
    }

    private static <E extends Enum<E>> Optional<E> one(E[] values, String word) {
        var name = word.toUpperCase(Locale.ROOT);
        return Arrays.stream(values).filter(v -> v.name().equals(name)).findFirst();
    }

    private static SdpRefusal syntax(Line line, String detail) {
        return new SdpRefusal(SdpProblem.Kind.BAD_SYNTAX, line.number(), detail);
    }
}
