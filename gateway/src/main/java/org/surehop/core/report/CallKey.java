package org.surehop.core.report;

import org.surehop.core.sip.CallId;
import org.surehop.core.sip.Method;

/// What every report names a transaction by (CHECKLISTS 0.5): Call-ID, From tag, CSeq, method.
public record CallKey(CallId callId, String fromTag, long cseq, Method method) {}
