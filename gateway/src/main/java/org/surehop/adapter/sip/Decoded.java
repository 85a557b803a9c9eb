package org.surehop.adapter.sip;

import org.surehop.core.report.Reason;

/// What became of one message that came in.
public sealed interface Decoded {

    record Request(org.surehop.core.sip.Request request) implements Decoded {}

    record Response(org.surehop.core.sip.Response response) implements Decoded {}

    /// The message cannot be used. `status` is what a request deserves (400, 413, 505); `answer`
    /// holds the octets of that response, and is empty where none may or can be sent (responses,
    /// ACK, a request without the rows that an answer copies). `close` says whether the connection
    /// must end because the next message could not be found with certainty.
    record Refused(int status, Reason reason, String detail, byte[] answer, boolean close)
            implements Decoded {
        public Refused {
            answer = answer.clone();
        }

        @Override
        public byte[] answer() {
            return answer.clone();
        }
    }
}
