package org.surehop.adapter.ipsec;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// One security association (RFC 4301 §4.4.2) as `ip xfrm state list nokeys` tells it. `cipher` is
/// the algorithm that encrypts, empty when none does or when nothing protects its integrity.
record Association(
        InetAddress from,
        InetAddress to,
        String protocol,
        long spi,
        long reqid,
        String mode,
        String cipher,
        boolean marked,
        Optional<Selector> selector) {

    static List<Association> parse(String text) {
        return Blocks.of(text).stream().map(Association::of).toList();
    }

    private static Association of(List<String> lines) {
        var ends = Words.of(lines.getFirst());
        var shape = Blocks.line(lines, "proto");
        var selector = new ArrayList<Selector>();
        Blocks.find(lines, "sel").map(Selector::parse).ifPresent(selector::add);
        return new Association(
                InetAddress.ofLiteral(ends.after("src")),
                InetAddress.ofLiteral(ends.after("dst")),
                shape.after("proto"),
                shape.number("spi"),
                shape.number("reqid"),
                shape.after("mode"),
                cipher(lines),
                Blocks.marked(lines),
                selector.stream().findFirst());
    }

    /// RFC 4543 authenticates and does not encrypt; CBC without a MAC is not authentic.
    private static String cipher(List<String> lines) {
        var aead = name(lines, "aead");
        if (!aead.isEmpty()) {
            return aead.startsWith("rfc4543(") ? "" : aead;
        }
        var enc = name(lines, "enc");
        var auth = name(lines, "auth-trunc") + name(lines, "auth");
        var weak = enc.contains("null") || auth.isEmpty() || auth.contains("null");
        return weak ? "" : enc + (enc.isEmpty() ? "" : " " + auth);
    }

    private static String name(List<String> lines, String kind) {
        return Blocks.find(lines, kind).map(line -> Words.of(line).after(kind)).orElse("");
    }

    /// Whether the kernel could use it for that flow under that template.
    boolean serves(Selector.Flow flow, Policy.Template template) {
        return protocol.equals("esp")
                && mode.equals("transport")
                && !marked
                && from.equals(flow.from().getAddress())
                && to.equals(flow.to().getAddress())
                && (template.reqid() == 0 || template.reqid() == reqid)
                && (template.spi() == 0 || template.spi() == spi)
                && selector.map(s -> s.covers(flow)).orElse(true);
    }
}
