package org.surehop.adapter.sip;

import java.net.InetSocketAddress;
import org.surehop.core.config.IpsecLink;

/// What the transport needs to know of IPsec; another room provides it and `app` joins the two. May
/// be called from many threads at once, and waits for the kernel, for a bounded time.
@FunctionalInterface
public interface IpsecPort {

    /// Whether what runs between the two ends is on the link now: by its interface and, where the
    /// link says so, by the kernel's security associations and policies in both directions. Port 0
    /// of `local` is one that is not known yet. `local` may be unspecified, too, before a
    /// connection exists.
    Finding look(IpsecLink link, InetSocketAddress local, InetSocketAddress remote);

    /// What was found.
    sealed interface Finding {
        /// It is; `algorithm` encrypts, or is empty when the kernel was not to be asked.
        record OnLink(String algorithm) implements Finding {}

        /// It is not, and why in one phrase for people.
        record OffLink(String why) implements Finding {}
    }
}
