package org.surehop.core.sdp;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.surehop.core.sdp.MediaDescription.RtcpAttribute;
import org.surehop.core.sdp.SdpLines.Line;

/// The session part or one `m=` part while its lines are read. A line that may stand only once is
/// refused the second time: two readers must not choose differently.
final class SdpSection {
    private final @Nullable Line mediaLine;
    private @Nullable InetAddress address;
    private @Nullable RtcpAttribute rtcp;
    private @Nullable Direction direction;
    private boolean rtcpMux;
    private boolean zeroBandwidth;
    private boolean zeroSenders;
    private boolean zeroReceivers;
    private boolean keys;
    private boolean muxOnly;
    private boolean bundleOnly;
    private @Nullable String mid;
    private final IceLines ice = new IceLines();
    private final ConnectingLines connecting = new ConnectingLines();
    private final List<List<String>> bundles = new ArrayList<>();

    /// The session part.
    SdpSection() {
        mediaLine = null;
    }

    SdpSection(Line mediaLine) {
        this.mediaLine = mediaLine;
    }

    boolean hasKeys() {
        return keys;
    }

    List<List<String>> bundles() {
        return bundles;
    }

    /// What a fragment's part says of ICE.
    SdpFragment.Part fragment() {
        return new SdpFragment.Part(Optional.ofNullable(mid), ice.finished(new IceLines()));
    }

    void take(Line line) throws SdpRefusal {
        switch (line.type()) {
            case 'c' -> {
                once(line, address);
                address = SdpAddress.read(line, SdpText.split(line.value(), ' '), 0);
            }
            case 'b' -> bandwidth(line.value());
            case 'k' -> keys = true;
            case 'a' -> attribute(line);
            // Known letters whose values make no pinhole (i, u, e, p, t, r, z).
            default -> {}
        }
    }

    private void bandwidth(String value) {
        switch (value) {
            case "AS:0", "CT:0", "TIAS:0" -> zeroBandwidth = true;
            case "RS:0" -> zeroSenders = true;
            case "RR:0" -> zeroReceivers = true;
            default -> {}
        }
    }

    private void attribute(Line line) throws SdpRefusal {
        int colon = line.value().indexOf(':');
        var name = colon < 0 ? line.value() : line.value().substring(0, colon);
        switch (name) {
            case "sendrecv", "sendonly", "recvonly", "inactive" -> {
                once(line, direction);
                direction = Direction.valueOf(name.toUpperCase(Locale.ROOT));
            }
            case "rtcp-mux" -> rtcpMux = true;
            case "rtcp-mux-only" -> muxOnly = true;
            case "bundle-only" -> bundleOnly = true;
            case "mid" -> {
                once(line, mid);
                mid = mid(line, line.value().substring(colon + 1));
            }
            case "group" -> group(line, line.value().substring(colon + 1));
            case "crypto" -> keys = true;
            case "rtcp" -> {
                once(line, rtcp);
                rtcp = rtcp(line, line.value().substring(colon + 1));
            }
            default -> {
                var value = colon < 0 ? "" : line.value().substring(colon + 1);
                if (!ice.take(line, name, value)) {
                    connecting.take(line, name, value);
                }
            }
        }
    }

    private static String mid(Line line, String value) throws SdpRefusal {
        if (!SdpText.isToken(value)) {
            throw new SdpRefusal(
                    SdpProblem.Kind.BAD_SYNTAX, line.number(), "not the name of a section");
        }
        return value;
    }

    /// Other groups than BUNDLE say nothing of transports (ANAT, LS, FID and the like).
    private void group(Line line, String value) throws SdpRefusal {
        var words = SdpText.split(value, ' ');
        if (words.removeFirst().equals("BUNDLE")) {
            for (var word : words) {
                mid(line, word);
            }
            bundles.add(words);
        }
    }

    private static RtcpAttribute rtcp(Line line, String value) throws SdpRefusal {
        var fields = SdpText.split(value, ' ');
        int port = SdpText.number(fields.getFirst());
        if (port < 1 || port > 65_535) {
            throw new SdpRefusal(SdpProblem.Kind.BAD_PORT, line.number(), "not an RTCP port");
        }
        return new RtcpAttribute(
                port,
                fields.size() == 1
                        ? Optional.empty()
                        : Optional.of(SdpAddress.read(line, fields, 1)));
    }

    static void once(Line line, @Nullable Object before) throws SdpRefusal {
        if (before != null) {
            throw new SdpRefusal(
                    SdpProblem.Kind.BAD_SYNTAX, line.number(), "said twice in one section");
        }
    }

    /// The finished section; what it does not say holds as the session part says it.
    MediaDescription describe(SdpSection session) throws SdpRefusal {
        var line = mediaLine;
        if (line == null) {
            throw new IllegalStateException("the session part is no medium");
        }
        var fields = SdpText.split(line.value(), ' ');
        if (fields.size() < 4
                || fields.stream().anyMatch(String::isEmpty)
                || !SdpText.isToken(fields.get(0))
                || !SdpText.split(fields.get(2), '/').stream().allMatch(SdpText::isToken)) {
            throw new SdpRefusal(
                    SdpProblem.Kind.BAD_SYNTAX, line.number(), "expected m=KIND PORT PROTO FORMAT");
        }
        var ports = ports(line, fields.get(1));
        var where = Optional.ofNullable(address != null ? address : session.address);
        if (where.isEmpty() && ports.getFirst() != 0) {
            throw new SdpRefusal(
                    SdpProblem.Kind.NO_CONNECTION, line.number(), "no c= for this medium");
        }
        var way = direction != null ? direction : session.direction;
        return new MediaDescription(
                fields.get(0).toLowerCase(Locale.ROOT),
                ports.getFirst(),
                ports.getLast(),
                fields.get(2).toUpperCase(Locale.ROOT),
                where,
                Optional.ofNullable(rtcp),
                rtcpMux,
                way != null ? way : Direction.SENDRECV,
                zeroBandwidth || session.zeroBandwidth,
                zeroSenders && zeroReceivers,
                muxOnly,
                new MediaDescription.Bundled(Optional.ofNullable(mid), bundleOnly),
                ice.finished(session.ice),
                connecting.finished(session.connecting));
    }

    /// `PORT` or `PORT/COUNT`: every pair of RTP and RTCP ports must exist.
    private static List<Integer> ports(Line line, String text) throws SdpRefusal {
        var parts = SdpText.split(text, '/');
        int port = SdpText.number(parts.getFirst());
        int count = parts.size() == 1 ? 1 : SdpText.number(parts.get(1));
        boolean right =
                parts.size() <= 2
                        && port >= 0
                        && port <= 65_535
                        && count >= 1
                        && (count == 1 || port + 2L * count - 1 <= 65_535);
        if (!right) {
            throw new SdpRefusal(SdpProblem.Kind.BAD_PORT, line.number(), "not PORT or PORT/COUNT");
        }
        return List.of(port, count);
    }
}
