package org.surehop.sim;

import org.surehop.core.gateway.Effect;
import org.surehop.core.gateway.Event;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;

/// A fingerprint of everything that went in and out, and a line for each when someone wants
/// to read.
final class History {
    private static final long PRIME = 0x100000001B3L;

    private final boolean print;
    private long hash = 0xCBF29CE484222325L;
    private long entries;

    History(boolean print) {
        this.print = print;
    }

    void add(Object entry) {
        entries++;
        hash = (hash ^ entry.toString().hashCode()) * PRIME;
        if (print) {
            System.out.println(
                    switch (entry) {
                        case Event event ->
                                event.at().toString().substring(11) + " " + brief(event);
                        case Effect effect -> "              -> " + brief(effect);
                        default -> entry.toString();
                    });
        }
    }

    private static String brief(Event event) {
        return switch (event) {
            case Event.RequestReceived(_, var in, var request) ->
                    "c" + in.connection().value() + " " + brief(request);
            case Event.ResponseReceived(_, var in, var response) ->
                    "c" + in.connection().value() + " " + brief(response);
            case Event.RequestSent(_, var key, var connection, _, _) ->
                    "sent on c" + connection.value() + " " + key;
            default -> event.toString();
        };
    }

    private static String brief(Effect effect) {
        return switch (effect) {
            case Effect.SendRequest(_, var target, var request) -> brief(request) + " by " + target;
            case Effect.SendResponse(var connection, var response, _) ->
                    "c" + connection.value() + " " + brief(response);
            case Effect.Record(var story) ->
                    "Record " + story.key().callId() + (story.ended() ? " ended" : "");
            default -> effect.toString();
        };
    }

    private static String brief(Request request) {
        return "%s %s %d %s>%s %s"
                .formatted(
                        request.callId(),
                        request.method(),
                        request.cseq().number(),
                        request.from().tag(),
                        request.to().tag(),
                        request.topVia().branch());
    }

    private static String brief(Response response) {
        return "%s %s %s %d %s>%s"
                .formatted(
                        response.callId(),
                        response.status(),
                        response.cseq().method(),
                        response.cseq().number(),
                        response.from().tag(),
                        response.to().tag());
    }

    String fingerprint() {
        return entries + "/" + Long.toHexString(hash);
    }
}
