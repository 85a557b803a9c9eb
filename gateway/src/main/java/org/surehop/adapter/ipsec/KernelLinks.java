package org.surehop.adapter.ipsec;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.surehop.core.config.IpsecLink;

/// Whether TCP between two addresses is on an IPsec link now (POL-80): routed by the declared
/// interface, and, where the link is to be checked, under policies of the kernel that let nothing
/// but ESP pass in either direction, with security associations that encrypt. Any thread; the
/// caller waits for `ip`, a few seconds at the most. Needs CAP_NET_ADMIN for the check.
public final class KernelLinks {
    /// The tables are read once for all connections that ask within this time.
    private static final Duration SHARED = Duration.ofMillis(50);

    private static final Path SYSCTL = Path.of("/proc/sys/net");

    private final Optional<IpProgram> ip;
    private @Nullable XfrmTables tables;
    private long readAt;

    public KernelLinks(Optional<IpProgram> ip) {
        this.ip = ip;
    }

    /// What became of a look: `algorithm` encrypts (empty when the kernel was not to be asked), or
    /// `why` not in one phrase.
    public sealed interface Found {
        record OnLink(String algorithm) implements Found {}

        record OffLink(String why) implements Found {}
    }

    /// `local` may be unspecified, and its port 0, before a connection exists.
    public Found look(IpsecLink link, InetSocketAddress local, InetSocketAddress remote) {
        try {
            var here = routed(link, local.getAddress(), remote.getAddress());
            if (!link.checked()) {
                return new Found.OnLink("");
            }
            exempted(link.networkInterface(), remote.getAddress());
            var near = new InetSocketAddress(here, local.getPort());
            var flow = new Selector.Flow(near, remote, link.networkInterface());
            var judged = tables().judge(flow);
            return judged.missing().isEmpty()
                    ? new Found.OnLink(judged.algorithm())
                    : new Found.OffLink(judged.missing());
        } catch (IllegalArgumentException e) {
            return new Found.OffLink("the answer of ip could not be read");
        } catch (IOException e) {
            return new Found.OffLink(String.valueOf(e.getMessage()));
        }
    }

    /// Our end of the link; the exception says why there is none.
    private InetAddress routed(IpsecLink link, InetAddress local, InetAddress remote)
            throws IOException {
        var request =
                local.isAnyLocalAddress()
                        ? List.of(family(remote), "route", "get", remote.getHostAddress())
                        : List.of(
                                family(remote),
                                "route",
                                "get",
                                remote.getHostAddress(),
                                "from",
                                local.getHostAddress());
        var words = Words.of(program().ask(request));
        var device = words.after("dev");
        if (!device.equals(link.networkInterface())) {
            throw new IOException(
                    remote.getHostAddress()
                            + " is reached by "
                            + (device.isEmpty() ? "no interface" : device)
                            + ", declared is "
                            + link.networkInterface());
        }
        var here = local.isAnyLocalAddress() ? InetAddress.ofLiteral(words.after("src")) : local;
        if (!owns(link.networkInterface(), here)) {
            throw new IOException(
                    here.getHostAddress() + " is no address of " + link.networkInterface());
        }
        return here;
    }

    private static boolean owns(String device, InetAddress address) throws SocketException {
        var found = NetworkInterface.getByName(device);
        return found != null
                && found.inetAddresses()
                        .anyMatch(
                                a -> java.util.Arrays.equals(a.getAddress(), address.getAddress()));
    }

    /// An interface, or all of them, can be exempted from IPsec.
    private static void exempted(String device, InetAddress remote) throws IOException {
        var conf = SYSCTL.resolve(remote instanceof Inet6Address ? "ipv6/conf" : "ipv4/conf");
        for (var place : List.of("all", device)) {
            for (var key : List.of("disable_policy", "disable_xfrm")) {
                var file = conf.resolve(place).resolve(key);
                // IPv6 has the first of the two only.
                if (Files.exists(file) && !Files.readString(file).strip().equals("0")) {
                    throw new IOException(key + " of " + place + " exempts it from IPsec");
                }
            }
        }
    }

    private synchronized XfrmTables tables() throws IOException {
        var known = tables;
        if (known != null && System.nanoTime() - readAt < SHARED.toNanos()) {
            return known;
        }
        var now = System.nanoTime();
        var policies = program().ask(List.of("xfrm", "policy", "list"));
        // Keys are none of our business, and shall not even be in our memory.
        var states = program().ask(List.of("xfrm", "state", "list", "nokeys"));
        var read = XfrmTables.parse(policies, states);
        tables = read;
        readAt = now;
        return read;
    }

    private IpProgram program() throws IOException {
        return ip.orElseThrow(() -> new IOException("the program ip is not installed"));
    }

    private static String family(InetAddress address) {
        return address instanceof Inet6Address ? "-6" : "-4";
    }
}
