package org.surehop.adapter.sip;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.surehop.core.gateway.Event;
import org.surehop.core.gateway.TransactionKey;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.ChannelSecurity;
import org.surehop.core.sip.ConnectionId;
import org.surehop.core.sip.Inbound;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;

/// One connection: a virtual thread reads and posts in order, another writes from a bounded
/// queue. Every other method may be called from any thread and does not block.
final class Connection implements Watchdog.Guarded {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
    private static final byte[] PONG = "\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final Duration LINGER = Duration.ofSeconds(1);
    private static final int DRAIN = 1 << 20;

    private final ConnectionId id;
    private final Channel channel;
    private final Edge edge;
    private final WireForm form;
    private final Inbound inbound;
    private final Consumer<Connection> whenClosed;
    private final BlockingQueue<Outgoing> queue;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Object gate = new Object();
    private final Thread writer;
    private final Optional<InetSocketAddress> place;
    private final Pace pace;
    private volatile boolean ending;
    private volatile boolean fallen;
    private long messageStart;
    private boolean heard;
    private volatile boolean inUse;
    private volatile MessageReader.Stage stage = MessageReader.Stage.IDLE;
    private volatile long readDeadline;
    private volatile long writeDeadline = Watchdog.NEVER;

    Connection(Inbound inbound, Channel channel, Edge edge, Consumer<Connection> whenClosed) {
        var id = inbound.connection();
        this.id = id;
        this.channel = channel;
        this.edge = edge;
        this.pace = new Pace(id, edge.sink(), edge.settings().limits().refusals());
        this.form = new WireForm(edge.codec(), channel);
        this.place = Optional.of(channel.remote());
        this.inbound = inbound;
        this.whenClosed = whenClosed;
        this.queue = new ArrayBlockingQueue<>(edge.settings().limits().writeQueue());
        this.readDeadline = Watchdog.in(edge.settings().limits().firstLine());
        this.writer = Thread.ofVirtual().name("sip-write-" + id.value()).unstarted(this::write);
    }

    ConnectionId id() {
        return id;
    }

    Channel channel() {
        return channel;
    }

    boolean open() {
        return !closed.get();
    }

    /// Starts writing, and reading in a thread of its own.
    void start() {
        edge.watchdog().guard(this);
        writer.start();
        Thread.ofVirtual().name("sip-read-" + id.value()).start(this::read);
    }

    /// What became of an attempt to queue.
    enum Taken {
        YES,
        FULL,
        CLOSED
    }

    Taken send(Outgoing.Back message) {
        if (message instanceof Outgoing.OfResponse(var response, _)) {
            pace.answered(response.status().value());
        }
        return queue(message);
    }

    /// Queues a request. In clear only one that has shown that it is not e2e-sec goes (POL-21).
    Taken send(Outgoing.OfRequest request) {
        return switch (channel) {
            case SecureChannel _ -> queue(request);
            case TcpChannel _ ->
                    Outgoing.Unassured.of(request, edge.settings().optionTag())
                            .map(this::inClear)
                            .orElse(Taken.CLOSED);
        };
    }

    private Taken inClear(Outgoing.Unassured proven) {
        return queue(proven.request());
    }

    private Taken queue(Outgoing message) {
        synchronized (gate) {
            if (ending || closed.get()) {
                return Taken.CLOSED;
            }
            if (!queue.offer(message)) {
                return Taken.FULL;
            }
            use();
            return Taken.YES;
        }
    }

    /// From the first message of either side on, silence may last as long as `idle`.
    private void use() {
        if (!inUse) {
            inUse = true;
            if (stage == MessageReader.Stage.IDLE && !ending) {
                readDeadline = Watchdog.in(edge.settings().limits().idle());
            }
        }
    }

    /// Ends the connection after what is queued has been written.
    void finish() {
        synchronized (gate) {
            if (ending) {
                return;
            }
            ending = true;
            readDeadline = Watchdog.in(LINGER);
            if (queue.offer(new Outgoing.Finish())) {
                return;
            }
        }
        close();
    }

    /// Ends the connection at once; what was queued and not written has failed.
    void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        edge.watchdog().release(this);
        channel.cut();
        writer.interrupt();
        whenClosed.accept(this);
        var left = new ArrayList<Outgoing>();
        synchronized (gate) {
            queue.drainTo(left);
        }
        lost(left);
        edge.tell(new Event.ConnectionClosed(edge.clock().instant(), id));
    }

    @Override
    public long deadline() {
        return Math.min(readDeadline, writeDeadline);
    }

    @Override
    public void expired() {
        var writing = writeDeadline < readDeadline;
        if (writing || (stage != MessageReader.Stage.IDLE && !ending)) {
            var what = writing ? "the peer does not read" : "a message was not whole in time";
            edge.refused(Reason.MESSAGE_TIMEOUT, peer(), what);
        }
        close();
    }

    private String peer() {
        var address = channel.remote().getAddress().getHostAddress();
        return channel.security() instanceof ChannelSecurity.Tls tls && !tls.identities().isEmpty()
                ? tls.identities().getFirst()
                : address;
    }

    // ---- reading: one virtual thread ----

    private void read() {
        try {
            var limits = edge.settings().limits();
            var reader = new MessageReader(channel.in(), limits, this::at);
            while (take(reader.next())) {
                // Each frame is posted before the next one is read: order is kept.
                pace.breathe(this::open);
            }
        } catch (IOException e) {
            if (open() && !heard && !(e instanceof SocketException)) {
                // In TLS 1.3 a server refuses a client's certificate only here.
                edge.refused(edge.tls().explain(e), peer(), "TLS ended before the first message");
            }
            LOG.debug("connection={} reading ended: {}", id.value(), e.getClass().getSimpleName());
        } finally {
            close();
        }
    }

    private void at(MessageReader.Stage next) {
        var limits = edge.settings().limits();
        if (next == MessageReader.Stage.REST && stage == next) {
            return;
        }
        stage = next;
        if (ending) {
            return;
        }
        switch (next) {
            case IDLE -> readDeadline = Watchdog.in(inUse ? limits.idle() : limits.firstLine());
            case FIRST_LINE -> {
                messageStart = System.nanoTime();
                readDeadline = messageStart + limits.message().toNanos();
            }
            case REST -> readDeadline = messageStart + limits.message().toNanos();
        }
    }

    /// Whether to go on reading.
    private boolean take(Frame frame) throws IOException {
        heard = true;
        inUse = true;
        return switch (frame) {
            case Frame.End _ -> false;
            case Frame.KeepAlive _ -> {
                edge.tally().add("keep-alives");
                send(new Outgoing.Ready(PONG));
                yield true;
            }
            case Frame.Fault(var head, var fault) -> take(edge.codec().refusal(head, fault));
            case Frame.Message(var head, var body) -> {
                at(MessageReader.Stage.IDLE);
                yield take(edge.codec().decode(head, body));
            }
        };
    }

    private boolean take(Decoded decoded) throws IOException {
        if (fallen()) {
            // What came is from nobody knows where: it is not answered, and its sender is cut off.
            return false;
        }
        return switch (decoded) {
            case Decoded.Request(var request) -> post(request);
            case Decoded.Response(var response) -> post(response);
            case Decoded.Refused refused -> refuse(refused);
        };
    }

    private boolean post(Request request) {
        var stamped = ReceivedStamp.on(request, channel.remote());
        var at = edge.clock().instant();
        if (!edge.sink().post(new Event.RequestReceived(at, inbound, stamped))) {
            edge.tally().add("refused." + Reason.QUEUE_FULL.wireName());
            if (!request.method().equals(Method.ACK)) {
                send(new Outgoing.OfResponse(Overload.answer(stamped), false));
            }
        }
        return true;
    }

    private boolean post(Response response) {
        if (!edge.settings().ours().test(response.topVia())) {
            // RFC 3261 §18.1.2: not an answer to anything of ours.
            edge.tally().add("responses-not-ours");
            return true;
        }
        edge.insist(new Event.ResponseReceived(edge.clock().instant(), inbound, response));
        return true;
    }

    private boolean refuse(Decoded.Refused refused) throws IOException {
        edge.refused(refused.reason(), peer(), refused.detail());
        pace.answered(400);
        var answer = refused.answer();
        if (answer.length > 0) {
            send(new Outgoing.Ready(answer));
        }
        if (!refused.close()) {
            return true;
        }
        stage = MessageReader.Stage.IDLE;
        finish();
        channel.drain(DRAIN);
        return false;
    }

    // ---- writing: one virtual thread ----

    private void write() {
        var batch = new ArrayList<Outgoing>();
        try {
            while (true) {
                batch.clear();
                batch.add(queue.take());
                queue.drainTo(batch);
                if (!write(batch)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            // Only `close` interrupts; it has told of what was queued.
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.debug("connection={} writing ended: {}", id.value(), e.getClass().getSimpleName());
            lost(batch);
            close();
        } catch (RuntimeException e) {
            LOG.error("connection={} writing failed", id.value(), e);
            lost(batch);
            close();
        }
    }

    /// Whether the channel has lost its protection: reported once, and nothing more is sent.
    private boolean fallen() {
        var flaw = channel.flaw();
        if (flaw.isEmpty()) {
            return false;
        }
        if (open() && !fallen) {
            fallen = true;
            edge.refused(Reason.CONNECTION_LOST, peer(), flaw);
        }
        return true;
    }

    /// One write for all that waits; whether to go on.
    private boolean write(List<Outgoing> batch) throws IOException {
        if (fallen()) {
            lost(batch);
            close();
            return false;
        }
        var octets = form.of(batch, this::unwritable);
        if (octets.length > 0) {
            writeDeadline = Watchdog.in(edge.settings().limits().write());
            channel.write(octets, octets.length);
            writeDeadline = Watchdog.NEVER;
            if (stage == MessageReader.Stage.IDLE && !ending) {
                readDeadline = Watchdog.in(edge.settings().limits().idle());
            }
        }
        sent(batch);
        if (batch.getLast() instanceof Outgoing.Finish) {
            channel.finish();
            return false;
        }
        return true;
    }

    private void unwritable(TransactionKey key) {
        var at = edge.clock().instant();
        edge.tell(new Event.SendFailed(at, key, Reason.INTERNAL, "cannot be written"));
    }

    private void sent(List<Outgoing> batch) {
        var at = edge.clock().instant();
        for (var message : batch) {
            if (message instanceof Outgoing.OfRequest(var key, _)) {
                edge.insist(new Event.RequestSent(at, key, id, channel.security(), place));
            }
        }
    }

    private Event failed(Instant at, TransactionKey key) {
        var reason = fallen ? Reason.NO_TLS_TARGET : Reason.CONNECTION_LOST;
        var why = fallen ? channel.flaw() : "the connection closed";
        return new Event.SendFailed(at, key, reason, why, place);
    }

    private void lost(List<Outgoing> messages) {
        var at = edge.clock().instant();
        for (var message : messages) {
            switch (message) {
                case Outgoing.OfRequest(var key, _) -> edge.tell(failed(at, key));
                case Outgoing.OfResponse response -> edge.lost(response);
                case Outgoing.Ready _, Outgoing.Finish _ -> {}
            }
        }
    }
}
