package org.surehop.adapter.snmp;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.snmp4j.PDU;
import org.snmp4j.ScopedPDU;
import org.snmp4j.UserTarget;
import org.snmp4j.mp.SnmpConstants;
import org.snmp4j.security.SecurityLevel;
import org.snmp4j.smi.OctetString;
import org.snmp4j.smi.UdpAddress;
import org.surehop.core.config.Snmp.Receiver;
import org.surehop.core.report.JournalEntry;
import org.surehop.core.report.Sink;

/// One receiver of notifications. With INFORM an entry counts as delivered when the receiver has
/// acknowledged it; with TRAP, which nobody acknowledges, when it was sent.
final class ReceiverSink implements Sink {
    private static final Logger LOG = LoggerFactory.getLogger(ReceiverSink.class);
    private static final Duration TIMEOUT = Duration.ofMillis(1500);
    private static final int RETRIES = 1;

    private final Receiver receiver;
    private final SnmpEngine engine;
    private final String gatewayId;
    private final UdpAddress address;
    private final boolean midcom;
    private volatile boolean reached = true;

    /// @param midcom whether it hears RFC 5190 besides our own notifications
    ReceiverSink(
            Receiver receiver,
            SnmpEngine engine,
            String gatewayId,
            UdpAddress address,
            boolean midcom) {
        this.receiver = receiver;
        this.midcom = midcom;
        this.engine = engine;
        this.gatewayId = gatewayId;
        this.address = address;
    }

    @Override
    public String name() {
        return SnmpAgent.sinkName(receiver);
    }

    @Override
    public int deliver(List<JournalEntry> entries) throws InterruptedException {
        var acknowledged = 0;
        for (var entry : entries) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (!send(entry)) {
                told(false);
                return acknowledged;
            }
            acknowledged++;
        }
        told(true);
        return acknowledged;
    }

    private boolean send(JournalEntry entry) {
        var upTime = Duration.ofSeconds(engine.usm().getTimeTable().getEngineTime());
        var all = new ArrayList<ScopedPDU>();
        all.add(Notification.of(entry, gatewayId, upTime, receiver.inform()));
        if (midcom) {
            all.addAll(Notification.ofRules(entry, upTime, receiver.inform()));
        }
        return all.stream().allMatch(this::send);
    }

    private boolean send(ScopedPDU pdu) {
        var target = target();
        if (!receiver.inform()) {
            // RFC 3414 §1.5.1: for a message without answer, the sender's engine is authoritative.
            pdu.setContextEngineID(engine.engineId());
            target.setAuthoritativeEngineID(engine.engineId().getValue());
        }
        try {
            var event = engine.session().send(pdu, target);
            if (!receiver.inform()) {
                return true;
            }
            var answer = event == null ? null : event.getResponse();
            if (answer != null
                    && answer.getType() == PDU.RESPONSE
                    && answer.getErrorStatus() == PDU.noError) {
                return true;
            }
        } catch (IOException e) {
            LOG.debug("receiver {}: {}", receiver.name(), e.getMessage());
        }
        // The receiver may have come back as another engine: discover it again.
        engine.processing().removeEngineID(address);
        return false;
    }

    private UserTarget<UdpAddress> target() {
        var target = new UserTarget<UdpAddress>();
        target.setAddress(address);
        target.setVersion(SnmpConstants.version3);
        target.setSecurityLevel(SecurityLevel.authPriv.getSnmpValue());
        target.setSecurityName(new OctetString(receiver.user()));
        target.setTimeout(TIMEOUT.toMillis());
        target.setRetries(RETRIES);
        return target;
    }

    private void told(boolean now) {
        if (now != reached) {
            if (now) {
                LOG.info("receiver {} acknowledges again", receiver.name());
            } else {
                LOG.warn("receiver {} does not acknowledge; reports wait", receiver.name());
            }
            reached = now;
        }
    }

    boolean reached() {
        return reached;
    }
}
