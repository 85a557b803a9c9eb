package org.surehop.app;

import java.net.InetSocketAddress;
import org.surehop.adapter.ipsec.KernelLinks;
import org.surehop.adapter.sip.IpsecPort;
import org.surehop.core.config.IpsecLink;

/// Joins two rooms that do not know each other: what the SIP transport asks of IPsec, and the room
/// that asks the kernel.
record SipLinks(KernelLinks kernel) implements IpsecPort {
    @Override
    public Finding look(IpsecLink link, InetSocketAddress local, InetSocketAddress remote) {
        return switch (kernel.look(link, local, remote)) {
            case KernelLinks.Found.OnLink(var algorithm) -> new Finding.OnLink(algorithm);
            case KernelLinks.Found.OffLink(var why) -> new Finding.OffLink(why);
        };
    }
}
