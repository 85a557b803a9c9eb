package org.surehop.core.gateway;

import org.surehop.core.config.GatewayConfig;
import org.surehop.core.config.Injection;
import org.surehop.core.config.Route;
import org.surehop.core.disclosure.SignedHeaders;
import org.surehop.core.sip.ChannelSecurity;
import org.surehop.core.sip.Inbound;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.OptionTags;
import org.surehop.core.sip.Request;

/// Whether this gateway asks for e2e-sec where the caller does not (POL-3, POL-29, POL-81). Pure.
record Injecting(GatewayConfig config) {

    /// What the request demands, with what the policy of its route adds. `challenged` says that
    /// the caller began in clear (POL-91).
    Demand demand(Request request, Inbound inbound, Passage.Way way, boolean challenged) {
        var admission = new Admission(config);
        if (admission.asked(request)) {
            return Demand.ASKED;
        }
        var wanted = way.route().filter(r -> r.injection().inject());
        if (wanted.isEmpty()
                || challenged
                || !fit(request, inbound)
                || bound(request, wanted.get())) {
            return Demand.NONE;
        }
        var tag = config.assurance().optionTag();
        return Demand.injected(OptionTags.contains(request.supported(), tag), wanted.get());
    }

    /// What cannot be taken back is not put in where it might have to be: a registration counts on
    /// for days (RFC 3261 §10.2), and nothing here remembers its numbers.
    private static boolean bound(Request request, Route route) {
        return request.method().equals(Method.REGISTER)
                && route.injection().onRejected() == Injection.OnRejected.RETRY_WITHOUT;
    }

    /// The callee would believe that the whole path is secure, so all that is seen of it must be
    /// (POL-90, POL-92); and signed copies of headers would not match any more (D10b).
    private boolean fit(Request request, Inbound inbound) {
        return inbound.security() instanceof ChannelSecurity.Tls
                && secureBefore(request)
                && Admission.overTls(new Admission(config).nextUri(request))
                && !SignedHeaders.hold(request.body());
    }

    /// Whether every hop before the last says in its Via that it used TLS; of the last one the
    /// connection speaks.
    static boolean secureBefore(Request request) {
        return request.vias().stream().skip(1).allMatch(v -> v.transport().equals("TLS"));
    }
}
