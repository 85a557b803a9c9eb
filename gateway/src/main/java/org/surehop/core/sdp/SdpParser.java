package org.surehop.core.sdp;

import java.util.ArrayList;
import java.util.List;
import org.surehop.core.sdp.SdpLines.Line;
import org.surehop.core.sip.Octets;

/// Reads a session description (RFC 8866) strictly and within bounds: 65535 octets, 4096 lines of
/// at most 4096 octets, and the given number of `m=` lines. What it cannot read surely, it
/// refuses; hostile input gives an [SdpProblem], never an exception.
public final class SdpParser {
    /// The type letters that RFC 8866 knows; a description with another one is refused (§5).
    private static final String SESSION_TYPES = "iuepcbtrzka";

    private static final int MAX_CANDIDATES = 64;
    private static final String MEDIA_TYPES = "icbka";

    private SdpParser() {}

    /// With as many candidates as MID-51 says.
    public static SdpResult parse(Octets octets, int maxMedia) {
        return parse(octets, new SdpLimits(maxMedia, MAX_CANDIDATES));
    }

    /// @param limits the most `m=` lines and candidates to accept (MID-51)
    public static SdpResult parse(Octets octets, SdpLimits limits) {
        try {
            return read(SdpLines.of(octets.toArray()), limits);
        } catch (SdpRefusal refusal) {
            return refusal.problem();
        }
    }

    /// Reads a trickle-ICE fragment (RFC 8840 §9): attributes, then perhaps `m=` lines with theirs.
    public static FragmentResult parseFragment(Octets octets, SdpLimits limits) {
        try {
            var lines = SdpLines.of(octets.toArray());
            candidates(lines, limits.candidates());
            var session = new SdpSection();
            int at = 0;
            for (; at < lines.size() && lines.get(at).type() != 'm'; at++) {
                known(lines.get(at), "a");
                session.take(lines.get(at));
            }
            var parts = new ArrayList<SdpFragment.Part>();
            var whole = session.fragment();
            if (!whole.ice().equals(Ice.NONE)) {
                parts.add(whole);
            }
            for (var section : sections(lines, at, limits.media())) {
                var part = section.fragment();
                // A part for no medium by name would be a part for all of them.
                if (part.mid().isPresent()) {
                    parts.add(part.of(whole));
                }
            }
            return new SdpFragment(parts);
        } catch (SdpRefusal refusal) {
            return refusal.problem();
        }
    }

    private static SessionDescription read(List<Line> lines, SdpLimits limits) throws SdpRefusal {
        candidates(lines, limits.candidates());
        expect(lines, 0, 'v');
        if (!lines.get(0).value().equals("0")) {
            throw syntax(lines.get(0), "the version is not 0");
        }
        expect(lines, 1, 'o');
        var origin = origin(lines.get(1));
        expect(lines, 2, 's');
        var session = new SdpSection();
        int at = 3;
        boolean timed = false;
        for (; at < lines.size() && lines.get(at).type() != 'm'; at++) {
            known(lines.get(at), SESSION_TYPES);
            timed |= lines.get(at).type() == 't';
            session.take(lines.get(at));
        }
        if (!timed) {
            throw new SdpRefusal(SdpProblem.Kind.BAD_SYNTAX, at, "no t= line before the media");
        }
        var sections = sections(lines, at, limits.media());
        var media = new ArrayList<MediaDescription>();
        boolean keys = session.hasKeys();
        for (var section : sections) {
            media.add(section.describe(session));
            keys |= section.hasKeys();
        }
        var read =
                new SessionDescription(
                        origin.get(1), origin.get(2), media, keys, session.bundles());
        Bundle.check(read);
        return read;
    }

    /// Lines that are ignored later count, too: they are work as much as others.
    private static void candidates(List<Line> lines, int most) throws SdpRefusal {
        int found = 0;
        for (var line : lines) {
            boolean candidate = line.type() == 'a' && line.value().startsWith("candidate:");
            if (candidate && ++found > most) {
                throw new SdpRefusal(
                        SdpProblem.Kind.TOO_MANY_CANDIDATES,
                        line.number(),
                        "more than " + most + " candidates");
            }
        }
    }

    private static List<SdpSection> sections(List<Line> lines, int from, int maxMedia)
            throws SdpRefusal {
        var sections = new ArrayList<SdpSection>();
        for (var line : lines.subList(from, lines.size())) {
            if (line.type() == 'm') {
                if (sections.size() == maxMedia) {
                    throw new SdpRefusal(
                            SdpProblem.Kind.TOO_MANY_MEDIA,
                            line.number(),
                            "more than " + maxMedia + " media");
                }
                sections.add(new SdpSection(line));
            } else {
                known(line, MEDIA_TYPES);
                sections.getLast().take(line);
            }
        }
        return sections;
    }

    private static void expect(List<Line> lines, int index, char type) throws SdpRefusal {
        if (lines.size() <= index || lines.get(index).type() != type) {
            throw new SdpRefusal(
                    SdpProblem.Kind.BAD_SYNTAX, index + 1, "expected the " + type + "= line");
        }
    }

    /// `o=USER SESS-ID SESS-VERSION IN IP4|IP6 HOST`; the host may be a name and is not used.
    private static List<String> origin(Line line) throws SdpRefusal {
        var fields = SdpText.split(line.value(), ' ');
        if (fields.size() != 6
                || fields.stream().anyMatch(String::isEmpty)
                || !SdpText.isDigits(fields.get(1), 20)
                || !SdpText.isDigits(fields.get(2), 20)) {
            throw syntax(line, "expected o=USER ID VERSION IN IP4|IP6 HOST");
        }
        return fields;
    }

    private static void known(Line line, String types) throws SdpRefusal {
        if (types.indexOf(line.type()) < 0) {
            throw syntax(line, "a type letter that may not stand here");
        }
    }

    private static SdpRefusal syntax(Line line, String detail) {
        return new SdpRefusal(SdpProblem.Kind.BAD_SYNTAX, line.number(), detail);
    }
}
