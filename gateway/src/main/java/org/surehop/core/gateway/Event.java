package org.surehop.core.gateway;

import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.surehop.core.assurance.HopReport;
import org.surehop.core.authentication.Account;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.disclosure.BodyFacts;
import org.surehop.core.disclosure.SignerFacts;
import org.surehop.core.disclosure.TaskId;
import org.surehop.core.location.Place;
import org.surehop.core.pinhole.FlowCounter;
import org.surehop.core.pinhole.middlebox.AgentRequest;
import org.surehop.core.report.Reason;
import org.surehop.core.sdp.Flow;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.ChannelSecurity;
import org.surehop.core.sip.ConnectionId;
import org.surehop.core.sip.Inbound;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;

/// Something that happened at an edge. Adapters post events; only the loop reads them.
public sealed interface Event {
    Instant at();

    /// A request, well-formed and within all limits.
    record RequestReceived(Instant at, Inbound inbound, Request request) implements Event {}

    /// A response whose top Via is ours.
    record ResponseReceived(Instant at, Inbound inbound, Response response) implements Event {}

    /// A request of ours was written to a connection: the evidence that a hop attests (POL-41).
    /// `place` is where that connection leads, if it was dialled.
    record RequestSent(
            Instant at,
            TransactionKey key,
            ConnectionId connection,
            ChannelSecurity security,
            Optional<InetSocketAddress> place)
            implements Event {
        public RequestSent(
                Instant at, TransactionKey key, ConnectionId connection, ChannelSecurity security) {
            this(at, key, connection, security, Optional.empty());
        }
    }

    /// A request of ours could not be written; `reason` is one of the POL-31 causes or UNREACHABLE.
    /// `detail` is one short phrase for people, without names of hosts that the far side hides.
    /// `place` is where the write was lost, if there was a connection.
    record SendFailed(
            Instant at,
            TransactionKey key,
            Reason reason,
            String detail,
            Optional<InetSocketAddress> place)
            implements Event {
        public SendFailed(Instant at, TransactionKey key, Reason reason, String detail) {
            this(at, key, reason, detail, Optional.empty());
        }
    }

    /// A response could be written nowhere: its connection is gone, and TLS to the top Via's
    /// sent-by was not to be had (POL-25). `assured` says whether its request asked for e2e-sec.
    record ResponseLost(Instant at, Response response, boolean assured) implements Event {}

    record ConnectionClosed(Instant at, ConnectionId connection) implements Event {}

    /// The edge refused something by itself (framing, TLS, limits): counted and reported here.
    record EdgeRefused(Instant at, Reason reason, String peer, String detail) implements Event {}

    /// The CMS layer has looked at a body, and used our private key that often for it.
    record BodyOpened(Instant at, TaskId task, BodyFacts facts, int keyOperations)
            implements Event {
        public BodyOpened(Instant at, TaskId task, BodyFacts facts) {
            this(at, task, facts, 0);
        }
    }

    /// The body of a MESSAGE was read. The parts of `facts` hold no octets; `sealed` is an entry
    /// for the archive, or empty when none was asked for or something could not be read.
    /// `keyOperations` is how often our private key was used.
    record MessageRead(Instant at, TaskId task, BodyFacts facts, Octets sealed, int keyOperations)
            implements Event {}

    /// The entry is on the disk, under that number.
    record EntryKept(Instant at, TaskId task, long number) implements Event {}

    /// Nothing of the entry was kept.
    record EntryNotKept(Instant at, TaskId task, Reason reason) implements Event {}

    /// A location object was read; empty when it names no place that can be used.
    record LocationRead(Instant at, TaskId task, Optional<Place> place) implements Event {}

    /// A NOTIFY body was read; `signer` is empty when it was not signed.
    record HopReportRead(Instant at, TaskId task, HopReport report, Optional<SignerFacts> signer)
            implements Event {}

    /// A NOTIFY body was no e2e-sec report, or a hostile one; or one could not be made, because
    /// too much work was waiting (`QUEUE_FULL`).
    record HopReportRefused(Instant at, TaskId task, Reason reason) implements Event {}

    /// A NOTIFY body was made and signed.
    record HopReportMade(Instant at, TaskId task, Body body) implements Event {}

    /// An entity was signed; empty when it could not be, for want of time or for a fault.
    record BodySigned(Instant at, TaskId task, Optional<Body> body) implements Event {}

    /// A change is in force. `closed` are the final counters of the flows that it disabled.
    record RuleSetApplied(Instant at, long number, List<FlowCounter> closed) implements Event {
        public RuleSetApplied {
            closed = List.copyOf(closed);
        }
    }

    /// A change was refused whole; nothing of it is in force.
    record RuleSetFailed(Instant at, long number, Reason reason) implements Event {}

    /// Flows that the firewall no longer holds though nobody here removed them (RFC 5189 ARE).
    record FlowsVanished(Instant at, List<Flow> flows) implements Event {
        public FlowsVanished {
            flows = List.copyOf(flows);
        }
    }

    /// An agent has connected to our middlebox, with a certificate that proves those names.
    record AgentConnected(Instant at, long session, List<String> names) implements Event {
        public AgentConnected {
            names = List.copyOf(names);
        }
    }

    /// A well-formed request of an agent.
    record AgentRequested(Instant at, long session, long transaction, AgentRequest request)
            implements Event {}

    record AgentDisconnected(Instant at, long session) implements Event {}

    record DeadlineReached(Instant at, Deadline deadline) implements Event {}

    /// The operator's new configuration; `users` are those of Digest, where they were read again.
    record ConfigChanged(Instant at, GatewayConfig config, Optional<List<Account>> users)
            implements Event {
        public ConfigChanged {
            users = users.map(List::copyOf);
        }

        public ConfigChanged(Instant at, GatewayConfig config) {
            this(at, config, Optional.empty());
        }
    }

    /// The operator asks for an orderly end: refuse new calls, end the others, close all pinholes.
    record StopRequested(Instant at) implements Event {}
}
