package org.surehop.app;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Set;
import java.util.stream.Collectors;

/// The addresses of this machine, to which no pinhole may lead (MID-50), as they are at the start.
final class OwnAddresses {
    private OwnAddresses() {}

    /// All but loopback, which has rules of its own; none when the system does not tell.
    static Set<InetAddress> now() {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(a -> !a.isLoopbackAddress() && !a.isLinkLocalAddress())
                    .map(OwnAddresses::plain)
                    .collect(Collectors.toUnmodifiableSet());
        } catch (SocketException e) {
            return Set.of();
        }
    }

    /// Without the interface's name, which an address in SDP does not have either.
    private static InetAddress plain(InetAddress address) {
        try {
            return InetAddress.getByAddress(address.getAddress());
        } catch (java.net.UnknownHostException e) {
            throw new IllegalStateException("an address of its own length", e);
        }
    }
}
