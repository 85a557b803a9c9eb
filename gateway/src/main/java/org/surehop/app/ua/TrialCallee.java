package org.surehop.app.ua;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.surehop.core.gateway.Event;
import org.surehop.core.sip.ConnectionId;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Request;

/// The far end of a trial call: takes every call at once, with no media, and its end. One thread
/// runs it.
final class TrialCallee {
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final UaIdentity self;
    private final SipLine line;
    private final Envelopes.Sealed answer;
    private final List<Header> headers = new ArrayList<>();
    private final String tag;
    private volatile boolean stopped;

    /// `answer` is what the gateway will want to read, labelled for `reader`.
    TrialCallee(UaIdentity self, SipLine line, Envelopes.Sealed answer, String reader) {
        this.self = self;
        this.line = line;
        this.answer = answer;
        this.tag = self.newTag();
        headers.add(new Header("Allow", UaAnswers.ALLOW));
        headers.add(answer.label(reader));
    }

    void run() {
        try {
            while (!stopped) {
                if (line.next(PAUSE).orElse(null)
                        instanceof Event.RequestReceived(_, var inbound, var request)) {
                    take(inbound.connection(), request);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void stop() {
        stopped = true;
        line.stop();
    }

    private void take(ConnectionId connection, Request request) {
        switch (request.method().name()) {
            case "ACK" -> {}
            case "INVITE" ->
                    line.respond(
                            connection,
                            UaAnswers.to(request, 200, "OK", tag)
                                    .contact(self.contact())
                                    .supported(request.require())
                                    .others(headers)
                                    .body(answer.body())
                                    .build());
            case "BYE", "CANCEL", "OPTIONS" ->
                    line.respond(connection, UaAnswers.to(request, 200, "OK", tag).build());
            default -> line.respond(connection, UaAnswers.methodNotAllowed(request, tag).build());
        }
    }
}
