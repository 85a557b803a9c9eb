package org.surehop.core.gateway;

import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.surehop.core.sip.CSeq;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.Request;

/// The numbers of a leg on which one request was sent once more (POL-81): there every CSeq of the
/// caller, and what refers to one, is `ahead` higher for the life of the dialog. The callee's own
/// numbers are its own. Pure.
record Renumbering(long ahead) {
    private static final Method PRACK = new Method("PRACK");
    private static final Pattern RACK =
            Pattern.compile("\\s*(\\d{1,10})\\s+(\\d{1,10})\\s+(\\S+)\\s*");
    /// RFC 3515 §2.4.6: which REFER of a dialog a NOTIFY or SUBSCRIBE speaks of.
    private static final Pattern REFER_ID =
            Pattern.compile(
                    "(\\s*refer\\s*;(?:.*;)?\\s*id\\s*=\\s*)(\\d{1,10})(.*)",
                    Pattern.CASE_INSENSITIVE);

    /// A request of the caller, as the callee's leg counts.
    Request onward(Request request) {
        if (ahead == 0) {
            return request;
        }
        var out = rewritten(request, ahead).toBuilder().cseq(request.cseq().ahead(ahead));
        var rack = request.header("RAck");
        if (request.method().equals(PRACK) && rack.isPresent()) {
            out.remove("RAck").add("RAck", rack(rack.get()));
        }
        return out.build();
    }

    /// A request of the callee, as the caller counts.
    Request homeward(Request request) {
        return ahead == 0 ? request : rewritten(request, -ahead);
    }

    /// RFC 3262 §7.2: the number of the provisional response, then that of its INVITE.
    private String rack(String value) {
        var found = RACK.matcher(value);
        if (!found.matches()) {
            return value;
        }
        return found.group(1) + " " + moved(found.group(2), ahead) + " " + found.group(3);
    }

    private static Request rewritten(Request request, long by) {
        var event = request.header("Event").map(REFER_ID::matcher).filter(m -> m.matches());
        if (event.isEmpty()) {
            return request;
        }
        var m = event.get();
        return request.toBuilder()
                .remove("Event")
                .add("Event", m.group(1) + moved(m.group(2), by) + m.group(3))
                .build();
    }

    private static String moved(String number, long by) {
        return Long.toString(Math.max(0, Long.parseLong(number) + by));
    }

    /// What to add to the caller's numbers so that `number` goes on as one above `last`; none when
    /// numbers run out.
    static OptionalLong after(long number, long last) {
        return last >= CSeq.MOST ? OptionalLong.empty() : OptionalLong.of(last + 1 - number);
    }
}
