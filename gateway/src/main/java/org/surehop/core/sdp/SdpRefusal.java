package org.surehop.core.sdp;

/// Carries a problem from the line that has it to the parser's entry, and never further.
final class SdpRefusal extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient SdpProblem problem;

    SdpRefusal(SdpProblem.Kind kind, int line, String detail) {
        super(detail, null, false, false);
        problem = new SdpProblem(kind, line, detail);
    }

    SdpProblem problem() {
        return problem;
    }
}
