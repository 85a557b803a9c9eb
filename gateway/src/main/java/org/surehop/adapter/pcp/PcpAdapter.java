package org.surehop.adapter.pcp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.surehop.core.config.Upstream;
import org.surehop.core.gateway.Effect;
import org.surehop.core.gateway.EffectHandler;
import org.surehop.core.gateway.Event;
import org.surehop.core.gateway.EventSink;
import org.surehop.core.pinhole.RuleSetChange;
import org.surehop.core.report.Reason;
import org.surehop.core.sdp.Flow;

/// The edge to a NAT or firewall upstream (MID-40 to MID-42): takes changes on the loop thread into
/// a bounded queue, speaks PCP on one platform thread of its own, and answers each change with
/// [Event.RuleSetApplied] or [Event.RuleSetFailed]. Mappings that end against our will are
/// [Event.FlowsVanished]. The socket is connected: the kernel passes on only what comes from the
/// server's address and port, and the nonce of each mapping (RFC 6887 §11.1) does the rest.
public final class PcpAdapter implements EffectHandler<Effect.ApplyRuleSet>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PcpAdapter.class);
    private static final long TICK_MILLIS = 100;
    private static final Duration FAREWELL = Duration.ofSeconds(1);
    private static final int DATAGRAMS_AT_ONCE = 256;

    private final BlockingQueue<RuleSetChange> queue;
    private final EventSink sink;
    private final InstantSource clock;
    private final DatagramChannel channel;
    private final Selector selector;
    private final PcpClient client;
    private final Thread owner;
    private final long started = System.nanoTime();
    private volatile boolean stopping;
    private volatile String trouble = "";

    /// What the adapter may use: how many changes may wait, how many mappings there may be, and how
    /// long a change may take.
    public record Limits(int queue, int mappings, Duration patience) {}

    private PcpAdapter(
            Upstream box,
            Limits limits,
            DatagramChannel channel,
            EventSink sink,
            InstantSource clock)
            throws IOException {
        this.queue = new ArrayBlockingQueue<>(limits.queue());
        this.sink = sink;
        this.clock = clock;
        this.channel = channel;
        this.selector = Selector.open();
        var local = (InetSocketAddress) channel.getLocalAddress();
        var random = new SecureRandom();
        var settings =
                new PcpClient.Settings(
                        box, local.getAddress(), limits.patience(), limits.mappings());
        this.client =
                new PcpClient(
                        settings, new Outlet(), () -> Nonce.of(draw(random)), random::nextDouble);
        this.owner = Thread.ofPlatform().name("pcp").unstarted(this::own);
    }

    private static byte[] draw(SecureRandom random) {
        var octets = new byte[Nonce.OCTETS];
        random.nextBytes(octets);
        return octets;
    }

    /// Opens the way to the configured server; whether it answers is seen with the first change.
    ///
    /// @throws PcpUnavailable when there is no way to it, or `source` is not ours
    public static PcpAdapter start(Upstream box, Limits limits, EventSink sink, InstantSource clock)
            throws PcpUnavailable {
        try {
            var adapter = new PcpAdapter(box, limits, channel(box), sink, clock);
            adapter.owner.start();
            return adapter;
        } catch (IOException e) {
            throw new PcpUnavailable(
                    "pinholes.upstream: its server cannot be reached from here ("
                            + e.getMessage()
                            + "), expected a route to it, and source to be an address of ours");
        }
    }

    private static DatagramChannel channel(Upstream box) throws IOException {
        var channel = DatagramChannel.open();
        try {
            if (box.source().isPresent()) {
                channel.bind(new InetSocketAddress(box.source().get(), 0));
            }
            channel.connect(new InetSocketAddress(box.server().orElseThrow(), box.port()));
            channel.configureBlocking(false);
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e instanceof IOException io ? io : new IOException(String.valueOf(e), e);
        }
    }

    /// Called on the loop thread, or a thread that speaks for it; never blocks.
    @Override
    public void handle(Effect.ApplyRuleSet effect) {
        var number = effect.change().number();
        if (stopping || !owner.isAlive()) {
            post(new Event.RuleSetFailed(clock.instant(), number, Reason.UPSTREAM_UNREACHABLE));
        } else if (!queue.offer(effect.change())) {
            LOG.warn("pcp queue full number={}", number);
            post(new Event.RuleSetFailed(clock.instant(), number, Reason.LACK_OF_RESOURCES));
        } else {
            selector.wakeup();
        }
    }

    /// What is wrong upstream; empty when nothing is known to be.
    public String trouble() {
        return !stopping && !owner.isAlive() ? "has ended" : trouble;
    }

    /// Takes every mapping back and gives the server a second to say so.
    @Override
    public void close() {
        stopping = true;
        selector.wakeup();
        try {
            owner.join(FAREWELL.multipliedBy(3));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void own() {
        try (channel;
                selector) {
            channel.register(selector, SelectionKey.OP_READ);
            while (!stopping) {
                turn();
            }
            client.leaveAll(now());
            var end = now().plus(FAREWELL);
            while (client.busy() && now().isBefore(end)) {
                turn();
            }
            if (client.busy()) {
                LOG.warn("pcp mappings left to their lifetimes count={}", client.size());
            }
        } catch (IOException e) {
            LOG.error("pcp has ended; mappings end with their lifetimes", e);
        }
    }

    private void turn() throws IOException {
        if (client.busy() || stopping) {
            selector.select(TICK_MILLIS);
        } else {
            selector.select();
        }
        selector.selectedKeys().clear();
        read();
        for (var change = queue.poll(); change != null; change = queue.poll()) {
            client.change(change, now());
        }
        client.tick(now());
        var seen = client.trouble();
        if (!seen.equals(trouble)) {
            LOG.warn("pcp server state={}", seen.isEmpty() ? "well" : seen);
            trouble = seen;
        }
    }

    private void read() throws IOException {
        var room = ByteBuffer.allocate(Wire.LONGEST + 4);
        for (int i = 0; i < DATAGRAMS_AT_ONCE; i++) {
            room.clear();
            try {
                if (channel.read(room) < 0 || room.position() == 0) {
                    return;
                }
            } catch (PortUnreachableException e) {
                // Nobody is there at the moment: as good as a lost message.
                LOG.debug("pcp server refused a datagram");
                return;
            }
            var octets = new byte[room.position()];
            room.flip().get(octets);
            client.received(octets, now());
        }
    }

    /// A time that nobody sets.
    private Instant now() {
        return Instant.EPOCH.plusNanos(System.nanoTime() - started);
    }

    /// What the client wants done; on the owner's thread.
    private final class Outlet implements Outcomes {
        @Override
        public void send(byte[] octets) {
            try {
                channel.write(ByteBuffer.wrap(octets));
            } catch (IOException e) {
                LOG.debug("pcp message not sent cause={}", e.getMessage());
            }
        }

        @Override
        public void applied(long number) {
            post(new Event.RuleSetApplied(clock.instant(), number, List.of()));
        }

        @Override
        public void failed(long number, Reason reason) {
            LOG.warn("pcp change refused number={} reason={}", number, reason.wireName());
            post(new Event.RuleSetFailed(clock.instant(), number, reason));
        }

        @Override
        public void vanished(List<Flow> flows) {
            if (!flows.isEmpty()) {
                LOG.warn("pcp mappings vanished flows={}", flows.size());
                post(new Event.FlowsVanished(clock.instant(), flows));
            }
        }
    }

    /// The loop waits for this answer: when its queue is full, tries again for a while.
    private void post(Event event) {
        var patience = Thread.currentThread().equals(owner) ? 2_000 : 0;
        while (!sink.post(event)) {
            if (patience-- <= 0) {
                LOG.error("event lost kind={}", event.getClass().getSimpleName());
                return;
            }
            LockSupport.parkNanos(1_000_000);
        }
    }
}
