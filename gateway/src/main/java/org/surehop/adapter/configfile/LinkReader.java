package org.surehop.adapter.configfile;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.surehop.core.config.IpsecLink;
import org.surehop.core.config.Listener;
import org.surehop.core.config.Peer;
import org.surehop.core.config.Prefix;

/// Reads what the operator declares of IPsec (POL-80). A declaration is whole or refused.
final class LinkReader {
    private static final String BLOCK =
            "an address block such as 10.0.0.0/8, and not all addresses";

    private LinkReader() {}

    /// How a peer is secured.
    private enum SecureTransport {
        TLS,
        IPSEC
    }

    static Optional<IpsecLink> link(Section s) {
        var how = s.choice("secure-transport", SecureTransport.class, SecureTransport.TLS);
        var blocks = s.list("ipsec-addresses", List.of(), BLOCK, LinkReader::block);
        var device =
                s.text(
                        "ipsec-interface",
                        "",
                        "the name of a network interface",
                        "|(?!all$|default$|lo$|\\.)[A-Za-z0-9_.-]{1,15}");
        var checked = s.flag("ipsec-check", true);
        if (how == SecureTransport.TLS) {
            return Optional.empty();
        }
        if (blocks.isEmpty()) {
            s.fault("ipsec-addresses", "is missing, expected a list with " + BLOCK);
        }
        if (device.isEmpty()) {
            s.fault("ipsec-interface", "is missing, expected the name of a network interface");
        }
        return blocks.isEmpty() || device.isEmpty()
                ? Optional.empty()
                : Optional.of(new IpsecLink(blocks, device, checked));
    }

    /// An address on two links would be of nobody knows whom.
    static void distinct(Section root, List<Peer> peers) {
        for (int i = 0; i < peers.size(); i++) {
            for (int j = 0; j < i; j++) {
                var one = peers.get(i).ipsec();
                var other = peers.get(j).ipsec();
                if (one.isPresent() && other.isPresent() && one.get().overlaps(other.get())) {
                    root.fault(
                            "peers[" + i + "].ipsec-addresses",
                            "expected addresses that peers[" + j + "] does not declare, too");
                }
            }
        }
    }

    static void listeners(Section root, List<Listener> listeners, List<Peer> peers) {
        for (int i = 0; i < listeners.size(); i++) {
            if (listeners.get(i).transport() == Listener.Transport.IPSEC
                    && peers.stream().allMatch(p -> p.ipsec().isEmpty())) {
                root.fault(
                        "listeners[" + i + "].transport",
                        "no peer has secure-transport: ipsec, expected tls or tcp");
            }
        }
    }

    private static @Nullable Prefix block(Object value) {
        try {
            var read = value instanceof String text ? Prefix.parse(text) : null;
            return read == null || read.length() == 0 ? null : read;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
