package org.surehop.app.ua;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.surehop.core.assurance.HopAssertion;
import org.surehop.core.assurance.Verdict;
import org.surehop.core.disclosure.SignerFacts;
import org.surehop.core.sip.CallId;
import org.surehop.core.sip.ChannelSecurity;
import org.surehop.core.sip.SipUri;

/// What one assured call showed: facts only; [ProbeAccount] puts them into words.
///
/// `status` 0 means that no final response came. `hopRecord` are the rows of the 2xx, empty when
/// it had none. `setUp` is the time from the INVITE to its final response.
record ProbeFindings(
        SipUri target,
        CallId callId,
        Optional<ChannelSecurity> connection,
        int status,
        String phrase,
        List<String> warnings,
        List<String> unsupported,
        Optional<List<String>> hopRecord,
        List<Evidence> evidence,
        Verdict verdict,
        Bodies bodies,
        Media media,
        List<String> remarks,
        Duration setUp) {
    ProbeFindings {
        warnings = List.copyOf(warnings);
        unsupported = List.copyOf(unsupported);
        hopRecord = hopRecord.map(List::copyOf);
        evidence = List.copyOf(evidence);
        remarks = List.copyOf(remarks);
    }

    /// One hop's assertion and who stands for it: the connection that it came on is always ours;
    /// `signer` is empty when the report was not signed.
    record Evidence(HopAssertion assertion, Optional<SignerFacts> signer) {}

    /// How the two descriptions travelled. `readers` are the names that the offer was encrypted
    /// for; `answerSigners` those whose signature covers the answer.
    record Bodies(
            List<String> readers,
            boolean answerReadable,
            boolean answerEncrypted,
            List<SignerFacts> answerSigners) {
        static final Bodies NONE = new Bodies(List.of(), false, false, List.of());

        Bodies {
            readers = List.copyOf(readers);
            answerSigners = List.copyOf(answerSigners);
        }
    }

    /// Packets of media sent and seen to come back, before BYE and after it.
    record Media(long sent, long back, long sentAfter, long backAfter) {
        static final Media NONE = new Media(0, 0, 0, 0);
    }

    boolean assured() {
        return verdict.level() == Verdict.Level.ASSURED;
    }
}
