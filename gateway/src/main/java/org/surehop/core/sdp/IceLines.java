package org.surehop.core.sdp;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.surehop.core.sdp.SdpLines.Line;

/// The ICE attributes of one section while its lines are read.
final class IceLines {
    private final List<Candidate> candidates = new ArrayList<>();
    private @Nullable String fragment;
    private boolean trickle;
    private boolean ended;
    private boolean mismatch;
    private boolean selected;
    private boolean named;

    /// Takes `a=NAME:VALUE`; false when the attribute is none of ICE.
    boolean take(Line line, String name, String value) throws SdpRefusal {
        switch (name) {
            case "candidate" -> candidate(line, value);
            case "ice-ufrag" -> fragment(line, value);
            case "ice-options" -> trickle |= SdpText.split(value, ' ').contains("trickle");
            case "end-of-candidates" -> ended = true;
            case "ice-mismatch" -> mismatch = true;
            case "remote-candidates" -> selected = true;
            default -> {
                return false;
            }
        }
        return true;
    }

    private void candidate(Line line, String value) throws SdpRefusal {
        switch (Candidate.read(line, value)) {
            case Candidate.Usable(var candidate) -> candidates.add(candidate);
            case Candidate.Named _ -> named = true;
            case Candidate.Ignored _ -> {}
        }
    }

    private void fragment(Line line, String value) throws SdpRefusal {
        boolean plain =
                !value.isEmpty()
                        && value.length() <= 256
                        && value.chars().allMatch(IceLines::isIceChar);
        if (!plain || fragment != null) {
            throw new SdpRefusal(
                    SdpProblem.Kind.BAD_SYNTAX, line.number(), "not one user name fragment");
        }
        fragment = value;
    }

    /// RFC 8839 §5.4 `ice-char`.
    private static boolean isIceChar(int c) {
        return (c >= '0' && c <= '9')
                || (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || c == '+'
                || c == '/';
    }

    /// What was read; user name fragment and options hold from the session part unless said here.
    Ice finished(IceLines session) {
        return new Ice(
                Optional.ofNullable(fragment != null ? fragment : session.fragment),
                candidates.stream().distinct().toList(),
                trickle || session.trickle,
                ended || session.ended,
                mismatch,
                selected,
                named);
    }
}
