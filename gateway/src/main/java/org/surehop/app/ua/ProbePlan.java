package org.surehop.app.ua;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.surehop.core.config.Assurance;
import org.surehop.core.sip.NextHop;
import org.surehop.core.sip.SipUri;

/// What `probe` was asked to do. `readers` are the certificates that the offer is encrypted for,
/// the callee's first; empty means that it goes in clear. `inspectors` are the hosts that the
/// offer is labelled for (Proxy-Inspect-Body). `packets` of media go out before BYE and again
/// after it; `hold` keeps the call up until a line or the end of standard input arrives.
/// `confidant` is who is told in secret that security was asked for (POL-70): the callee.
record ProbePlan(
        SipUri target,
        NextHop via,
        List<X509Certificate> readers,
        List<String> inspectors,
        boolean shareOnDemand,
        int packets,
        boolean hold,
        Duration ringing,
        Duration transaction,
        Assurance assurance,
        Optional<X509Certificate> confidant) {
    ProbePlan {
        readers = List.copyOf(readers);
        inspectors = List.copyOf(inspectors);
    }
}
