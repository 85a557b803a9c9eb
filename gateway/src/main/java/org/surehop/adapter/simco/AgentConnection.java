package org.surehop.adapter.simco;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.surehop.core.pinhole.middlebox.Answer;
import org.surehop.core.pinhole.middlebox.Notification;

/// One agent's connection: what must be written waits in a bounded queue for a thread of its own,
/// and an agent that does not read is cut off. Which request an answer is for is remembered by its
/// transaction, since a reply repeats the sub-type.
final class AgentConnection {
    private static final Logger LOG = LoggerFactory.getLogger(AgentConnection.class);
    private static final int QUEUE = 256;
    private static final int MOST_OPEN = 64;
    /// Nothing to write: the end.
    private static final byte[] LAST = {};

    private final long session;
    private final Socket raw;
    private final BlockingQueue<byte[]> waiting = new LinkedBlockingQueue<>(QUEUE);
    private final Map<Long, Integer> asked = new ConcurrentHashMap<>();
    private final AtomicLong notifications = new AtomicLong();
    private final CountDownLatch written = new CountDownLatch(1);
    private volatile boolean established;
    private volatile Optional<OutputStream> out = Optional.empty();

    AgentConnection(long session, Socket raw) {
        this.session = session;
        this.raw = raw;
    }

    long session() {
        return session;
    }

    String peer() {
        return raw.getInetAddress() == null ? "" : raw.getInetAddress().getHostAddress();
    }

    boolean begun() {
        return out.isPresent();
    }

    void begin(OutputStream stream) {
        out = Optional.of(stream);
        Thread.ofVirtual().name("simco-write-" + session).start(() -> write(stream));
    }

    /// Whether one more request may be open.
    boolean expect(long transaction, int sub) {
        return asked.size() < MOST_OPEN && asked.putIfAbsent(transaction, sub) == null;
    }

    void answer(long transaction, Answer answer) {
        var sub = asked.remove(transaction);
        if (sub != null) {
            established |= answer instanceof Answer.Established;
            offer(AnswerWriter.write(answer, sub, transaction));
        }
    }

    void refuse(int number, long transaction) {
        offer(AnswerWriter.refusal(number, transaction));
    }

    /// Whether the agent was told that its session is open.
    boolean established() {
        return established;
    }

    /// The request will get no answer of the loop.
    void forget(long transaction) {
        asked.remove(transaction);
    }

    void notify(Notification notification) {
        AnswerWriter.write(notification, notifications::incrementAndGet).forEach(this::offer);
    }

    /// Says so, and that the session, if there is one, ends by it (RFC 4540 §6).
    void badlyFormed() {
        offer(AnswerWriter.bare(Code.BFM, notifications.incrementAndGet()));
        if (established) {
            offer(AnswerWriter.bare(Code.AST, notifications.incrementAndGet()));
        }
    }

    /// Ends the connection after what waits.
    void finish() {
        offer(LAST);
    }

    /// Waits until all is written, or a second.
    void drained() {
        try {
            if (!written.await(1, TimeUnit.SECONDS)) {
                LOG.debug("simco session={} does not read", session);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void cut() {
        waiting.offer(LAST);
        try {
            raw.close();
        } catch (IOException e) {
            LOG.debug("simco session={} closing failed", session, e);
        }
    }

    private void offer(Frame frame) {
        offer(frame.octets());
    }

    private void offer(byte[] octets) {
        if (!waiting.offer(octets)) {
            LOG.warn("simco session={} does not read and is cut off", session);
            cut();
        }
    }

    private void write(OutputStream stream) {
        try {
            for (var next = waiting.take(); next.length > 0; next = waiting.take()) {
                stream.write(next);
                stream.flush();
            }
        } catch (IOException e) {
            LOG.debug("simco session={} writing failed", session, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            written.countDown();
            cut();
        }
    }
}
