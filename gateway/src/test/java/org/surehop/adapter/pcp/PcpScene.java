package org.surehop.adapter.pcp;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.surehop.core.config.Prefix;
import org.surehop.core.config.Upstream;
import org.surehop.core.pinhole.GroupId;
import org.surehop.core.pinhole.RuleSetChange;
import org.surehop.core.report.Reason;
import org.surehop.core.sdp.Flow;

/// The client, a server that the test plays, and a clock that the test turns.
abstract class PcpScene {
    static final InetAddress OWN = InetAddress.ofLiteral("198.51.100.1");
    static final Flow RTP = flow("203.0.113.9", "10.0.0.7", 4000);
    static final Flow RTCP = flow("203.0.113.9", "10.0.0.7", 4001);
    static final Flow AWAY = flow("10.0.0.7", "203.0.113.9", 6000);

    final List<byte[]> sent = new ArrayList<>();
    final List<String> said = new ArrayList<>();
    Instant now = Instant.EPOCH;
    long serverStarted = -1000;
    PcpClient client = client(true, 100);

    PcpClient client(boolean filter, int mappings) {
        var box =
                new Upstream(
                        Optional.of(InetAddress.ofLiteral("198.51.100.254")),
                        5351,
                        Optional.empty(),
                        List.of(Prefix.parse("10.0.0.0/8")),
                        filter);
        var counter = new AtomicInteger();
        var settings = new PcpClient.Settings(box, OWN, Duration.ofSeconds(4), mappings);
        return new PcpClient(
                settings, new Told(), () -> new Nonce(7, counter.incrementAndGet()), () -> 0.5);
    }

    final class Told implements Outcomes {
        @Override
        public void send(byte[] octets) {
            sent.add(octets);
        }

        @Override
        public void applied(long number) {
            said.add("applied " + number);
        }

        @Override
        public void failed(long number, Reason reason) {
            said.add("failed " + number + " " + reason.wireName());
        }

        @Override
        public void vanished(List<Flow> flows) {
            if (!flows.isEmpty()) {
                said.add("vanished " + flows.size());
            }
        }
    }

    static Flow flow(String from, String to, int port) {
        return new Flow(
                Flow.Transport.UDP,
                InetAddress.ofLiteral(from),
                0,
                InetAddress.ofLiteral(to),
                port);
    }

    static RuleSetChange change(long number, List<Flow> enable, List<Flow> disable) {
        return new RuleSetChange(
                number, new GroupId(number), enable, Duration.ofSeconds(300), disable);
    }

    void open(long number, Flow flow) {
        client.change(change(number, List.of(flow), List.of()), now);
    }

    /// The core refreshes each second; the server says nothing.
    void refreshUntil(int second) {
        while (now.getEpochSecond() < second) {
            after(1);
            if (said.stream().noneMatch(s -> s.startsWith("vanished"))) {
                open(1, RTP);
            }
        }
    }

    void after(int seconds) {
        for (int i = 0; i < seconds * 10; i++) {
            now = now.plusMillis(100);
            tick();
        }
    }

    void tick() {
        client.tick(now);
    }

    /// Without ANNOUNCE.
    List<byte[]> maps() {
        return sent.stream().filter(o -> o[1] == 1).toList();
    }

    void grant(int request) {
        grant(request, 300);
    }

    void grant(int request, int lifetime) {
        var octets = ByteBuffer.wrap(maps().get(request));
        answer(request, 0, lifetime, Short.toUnsignedInt(octets.getShort(40)), RTP.destination());
    }

    void answer(int request, int code, int lifetime, int port, InetAddress outside) {
        client.received(reply(request, code, lifetime, port, outside), now);
    }

    byte[] reply(int request, int code, int lifetime, int port, InetAddress outside) {
        var octets = ByteBuffer.wrap(maps().get(request).clone());
        octets.put(1, (byte) 0x81).put(3, (byte) code).putInt(4, lifetime);
        octets.putInt(8, (int) (now.getEpochSecond() - serverStarted));
        octets.putShort(42, (short) port).position(44);
        Wire.address(octets, outside);
        return octets.array();
    }

    byte[] announcement() {
        var octets = ByteBuffer.allocate(24);
        octets.put(0, (byte) 2).put(1, (byte) 0x80);
        octets.putInt(8, (int) (now.getEpochSecond() - serverStarted));
        return octets.array();
    }

    static int lifetimeOf(byte[] octets) {
        return ByteBuffer.wrap(octets).getInt(4);
    }

    static int nonceOf(byte[] octets) {
        return ByteBuffer.wrap(octets).getInt(32);
    }

    /// The prefix lengths of its filters.
    static List<Integer> prefixes(byte[] octets) {
        var found = new ArrayList<Integer>();
        int at = Wire.HEADER + Wire.MAP_DATA;
        while (at < octets.length) {
            if (octets[at] == Wire.FILTER) {
                found.add(Byte.toUnsignedInt(octets[at + 5]));
            }
            at += 4 + ByteBuffer.wrap(octets).getShort(at + 2);
        }
        return found;
    }
}
