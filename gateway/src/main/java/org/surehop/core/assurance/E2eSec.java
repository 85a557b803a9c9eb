package org.surehop.core.assurance;

import static org.surehop.core.sip.OptionTags.contains;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.Request;

/// The option tag `e2e-sec` in `Require` and `Proxy-Require` (POL-2 to POL-12, D3): what a request
/// asks for, and how the request that goes on says it. Tags compare case-insensitively; a tag is
/// only ever added, never taken away (POL-3).
public final class E2eSec {
    private E2eSec() {}

    /// Whether the request asks for `tag`; either header means both (POL-7). A CANCEL asks for
    /// nothing, whatever it carries (POL-11).
    public static boolean asked(Request request, String tag) {
        return !request.method().equals(Method.CANCEL)
                && (contains(request.require(), tag) || contains(request.proxyRequire(), tag));
    }

    /// Every tag of both headers that is not in `understood`, in the order of the headers, as
    /// written, each once (POL-30). CANCEL and ACK cannot be refused, so theirs are ignored
    /// (POL-11).
    public static List<String> unsupported(Request request, List<String> understood) {
        if (request.method().equals(Method.CANCEL) || request.method().equals(Method.ACK)) {
            return List.of();
        }
        var unknown = new LinkedHashSet<String>();
        for (var tags : List.of(request.require(), request.proxyRequire())) {
            for (var tag : tags) {
                if (!contains(understood, tag) && !contains(List.copyOf(unknown), tag)) {
                    unknown.add(tag);
                }
            }
        }
        return List.copyOf(unknown);
    }

    /// The request with `tag` in both headers, all else as it was (POL-2). A CANCEL comes back
    /// unchanged, and so must the ACK for a failure, which
    /// [org.surehop.core.transaction.FailureAck] makes without tags: an ACK given here is one
    /// for a 2xx (POL-11).
    public static Request demand(Request request, String tag) {
        if (request.method().equals(Method.CANCEL)) {
            return request;
        }
        return request.toBuilder()
                .require(with(request.require(), tag))
                .proxyRequire(with(request.proxyRequire(), tag))
                .build();
    }

    private static List<String> with(List<String> tags, String tag) {
        // POL-5: our own tag leaves in lower case, however it came.
        var more = new ArrayList<>(tags);
        more.replaceAll(t -> t.equalsIgnoreCase(tag) ? tag : t);
        if (!more.contains(tag)) {
            more.add(tag);
        }
        return more;
    }
}
