package org.surehop.app.ua;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// A pair of UDP sockets, RTP on an even port and RTCP on the next one (RFC 3550 §11), that counts
/// what comes from one agreed address and, if wished, sends it back. Nothing else is looked at.
///
/// Each socket is read by a virtual thread of its own; all methods are safe from any thread.
final class MediaPort implements AutoCloseable {
    private static final int ATTEMPTS = 100;
    private static final int LARGEST = 2048;
    private static final Duration PACE = Duration.ofMillis(20);

    private final DatagramSocket rtp;
    private final DatagramSocket rtcp;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrival = lock.newCondition();
    private InetAddress peer;
    private boolean echo;
    private long packets;
    private long octets;
    private long strangers;

    /// What has arrived from the agreed address (`packets`, `octets`) and from anyone else.
    record Count(long packets, long octets, long strangers) {
        Count since(Count earlier) {
            return new Count(
                    packets - earlier.packets,
                    octets - earlier.octets,
                    strangers - earlier.strangers);
        }
    }

    private MediaPort(DatagramSocket rtp, DatagramSocket rtcp) {
        this.rtp = rtp;
        this.rtcp = rtcp;
        this.peer = rtp.getLocalAddress();
    }

    /// Takes a free pair of ports of that address; throws when there is none.
    static MediaPort open(InetAddress address) throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            var first = new DatagramSocket(0, address);
            var port = first.getLocalPort();
            if (port % 2 == 0 && port < 65_535) {
                try {
                    return new MediaPort(first, new DatagramSocket(port + 1, address)).started();
                } catch (SocketException taken) {
                    // The odd neighbour belongs to somebody else: try another pair.
                }
            }
            first.close();
        }
        throw new IOException("no free pair of UDP ports on " + address.getHostAddress());
    }

    private MediaPort started() {
        Thread.ofVirtual().name("media-rtp").start(() -> read(rtp));
        Thread.ofVirtual().name("media-rtcp").start(() -> read(rtcp));
        return this;
    }

    int port() {
        return rtp.getLocalPort();
    }

    InetAddress address() {
        return rtp.getLocalAddress();
    }

    /// From now on packets of `from` count, and go back when `back` is set.
    void expect(InetAddress from, boolean back) {
        lock.lock();
        try {
            peer = from;
            echo = back;
        } finally {
            lock.unlock();
        }
    }

    Count count() {
        lock.lock();
        try {
            return new Count(packets, octets, strangers);
        } finally {
            lock.unlock();
        }
    }

    /// Sends so many RTP packets of 20 ms of silence (PCMU), and one RTCP packet at the end; says
    /// how many that were.
    int send(InetSocketAddress to, int count) throws IOException {
        var packet = ByteBuffer.allocate(172);
        for (int i = 0; i < count; i++) {
            packet.clear();
            packet.put((byte) 0x80).put((byte) 0).putShort((short) i);
            packet.putInt(i * 160).putInt(rtp.getLocalPort());
            Arrays.fill(packet.array(), 12, 172, (byte) 0xff);
            rtp.send(new DatagramPacket(packet.array(), 172, to));
            pace();
        }
        // A receiver report without blocks (RFC 3550 §6.4.2): eight octets.
        var report = ByteBuffer.allocate(8).putInt(0x80c90001).putInt(rtp.getLocalPort());
        var control = new InetSocketAddress(to.getAddress(), to.getPort() + 1);
        rtcp.send(new DatagramPacket(report.array(), 8, control));
        return count + 1;
    }

    /// Waits until so many packets have arrived in all, at most so long; says how many there are.
    long await(long wanted, Duration atMost) throws InterruptedException {
        var left = atMost.toNanos();
        lock.lockInterruptibly();
        try {
            while (packets < wanted && left > 0) {
                left = arrival.awaitNanos(left);
            }
            return packets;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        rtp.close();
        rtcp.close();
    }

    private static void pace() {
        try {
            TimeUnit.NANOSECONDS.sleep(PACE.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void read(DatagramSocket socket) {
        var packet = new DatagramPacket(new byte[LARGEST], LARGEST);
        while (!socket.isClosed()) {
            try {
                packet.setLength(LARGEST);
                socket.receive(packet);
                if (counted(packet)) {
                    socket.send(packet);
                }
            } catch (SocketException closedOrRefused) {
                // Either close() was called or an ICMP error came back: the loop tells them apart.
            } catch (IOException e) {
                throw new UncheckedIOException("reading media", e);
            }
        }
    }

    /// Counts the packet and says whether it is to be sent back.
    private boolean counted(DatagramPacket packet) {
        lock.lock();
        try {
            if (!packet.getAddress().equals(peer)) {
                strangers++;
                return false;
            }
            packets++;
            octets += packet.getLength();
            arrival.signalAll();
            return echo;
        } finally {
            lock.unlock();
        }
    }
}
