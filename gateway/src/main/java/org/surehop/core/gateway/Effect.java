package org.surehop.core.gateway;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.surehop.core.archive.Outcome;
import org.surehop.core.archive.Slip;
import org.surehop.core.assurance.HopReport;
import org.surehop.core.disclosure.KeyScope;
import org.surehop.core.disclosure.TaskId;
import org.surehop.core.pinhole.RuleSetChange;
import org.surehop.core.pinhole.middlebox.MiddleboxAction;
import org.surehop.core.report.CallRecord;
import org.surehop.core.report.Notice;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.ConnectionId;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.Target;

/// Something that must be done at an edge, in the order of the list that a step returns.
public sealed interface Effect {

    /// Write the request: on authenticated TLS, or, without e2e-sec, back on a flow in clear;
    /// answer with [Event.RequestSent] or [Event.SendFailed]. ACK for a non-2xx and CANCEL
    /// answer likewise.
    record SendRequest(TransactionKey key, Target target, Request request) implements Effect {}

    /// Write the response on that connection; when it is gone, by TLS to the sent-by of the top
    /// Via, which must prove that name; else it is dropped and answered with
    /// [Event.ResponseLost] (POL-25). `assured` says whether the request asked for e2e-sec.
    record SendResponse(ConnectionId connection, Response response, boolean assured)
            implements Effect {
        public SendResponse(ConnectionId connection, Response response) {
            this(connection, response, false);
        }
    }

    /// Read the body: answer with [Event.BodyOpened]. `contentIds` names the labelled parts
    /// (REQ-CONF-3); empty means the whole body. `keyOperations` is how often our private key
    /// may be used for it (R-SEC-9), `scope` where content keys may be used again.
    record OpenBody(
            TaskId task, Body body, List<String> contentIds, int keyOperations, KeyScope scope)
            implements Effect {
        /// As often as one message may cost at most.
        public static final int KEY_OPERATIONS = 2;

        public OpenBody {
            contentIds = List.copyOf(contentIds);
        }

        public OpenBody(TaskId task, Body body, List<String> contentIds) {
            this(task, body, contentIds, KEY_OPERATIONS);
        }

        /// Outside of any dialog.
        public OpenBody(TaskId task, Body body, List<String> contentIds, int keyOperations) {
            this(task, body, contentIds, keyOperations, KeyScope.NONE);
        }
    }

    /// Wipe the content keys of a dialog that has ended (CEK-7).
    record ForgetKeys(KeyScope scope) implements Effect {}

    /// Read the body of a MESSAGE: answer with [Event.MessageRead]. With a slip, and when all of it
    /// could be read, also seal an entry for the archive; the clear octets stay where they are.
    /// `keyOperations` and `scope` are as with [OpenBody].
    record ReadMessage(
            TaskId task, Body body, Optional<Slip> slip, int keyOperations, KeyScope scope)
            implements Effect {}

    /// Write a sealed entry to the archive, durably: answer with [Event.EntryKept] or
    /// [Event.EntryNotKept].
    record KeepEntry(TaskId task, Slip slip, Octets sealed) implements Effect {}

    /// Write down how the message of that entry fared.
    record SettleEntry(long number, Outcome outcome) implements Effect {}

    /// Read a location object (PIDF-LO): answer with [Event.LocationRead].
    record ReadLocation(TaskId task, Octets object) implements Effect {}

    /// Read an e2e-sec NOTIFY body: answer with [Event.HopReportRead] or [Event.HopReportRefused].
    record ReadHopReport(TaskId task, Body body) implements Effect {}

    /// Make and sign an e2e-sec NOTIFY body: answer with [Event.HopReportMade] or
    /// [Event.HopReportRefused].
    record MakeHopReport(TaskId task, HopReport report) implements Effect {}

    /// Sign the entity with our own key, detached: answer with [Event.BodySigned].
    record SignBody(TaskId task, Body entity) implements Effect {}

    /// Change the firewall: answer with [Event.RuleSetApplied] or [Event.RuleSetFailed].
    record ApplyRuleSet(RuleSetChange change) implements Effect {}

    /// Say that to an agent of our middlebox, or end its session.
    record TellAgent(MiddleboxAction.ToAgent what) implements Effect {}

    record SetDeadline(Deadline deadline, Instant at) implements Effect {}

    record CancelDeadline(Deadline deadline) implements Effect {}

    /// Journal, then tell (SNMP, MQTT).
    record Report(Notice notice) implements Effect {}

    /// Journal the story of a call.
    record Record(CallRecord story) implements Effect {}

    record CloseConnection(ConnectionId connection) implements Effect {}
}
