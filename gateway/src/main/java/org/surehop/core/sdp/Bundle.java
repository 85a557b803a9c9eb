package org.surehop.core.sdp;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// Which section's transport each section of a pair uses (RFC 9143). In a group that the answer
/// keeps, all use the transport of one tagged section: the first of the answer's group that has a
/// port. It does not matter whether the others repeat its address (RFC 9143) or say port 0 with
/// `a=bundle-only` (RFC 8843). A section outside the answer's group has its own transport.
final class Bundle {
    private final Map<String, Integer> offered;
    private final Map<String, Integer> answered;
    /// The tagged section's name, by the name of each section of a kept group.
    private final Map<String, String> tags = new HashMap<>();

    Bundle(SessionDescription offer, SessionDescription answer) {
        offered = names(offer);
        answered = names(answer);
        for (var group : answer.bundles()) {
            var kept =
                    group.stream()
                            .filter(mid -> offer.bundles().stream().anyMatch(g -> g.contains(mid)))
                            .filter(mid -> offered.containsKey(mid) && samePlace(mid))
                            .toList();
            kept.stream()
                    .filter(mid -> section(answer, answered, mid).port() != 0)
                    .filter(mid -> section(offer, offered, mid).port() != 0)
                    .findFirst()
                    .ifPresent(tag -> kept.forEach(mid -> tags.put(mid, tag)));
        }
    }

    /// The index of the section whose transport section `index` uses; its own when it is alone.
    int transportOf(SessionDescription offer, int index) {
        var tag = offer.media().get(index).bundled().mid().map(tags::get);
        return tag.map(offered::get).orElse(index);
    }

    private boolean samePlace(String mid) {
        return Objects.equals(offered.get(mid), answered.get(mid));
    }

    private static MediaDescription section(
            SessionDescription in, Map<String, Integer> names, String mid) {
        return in.media().get(names.getOrDefault(mid, 0));
    }

    private static Map<String, Integer> names(SessionDescription in) {
        var names = new HashMap<String, Integer>();
        for (int i = 0; i < in.media().size(); i++) {
            int index = i;
            in.media().get(i).bundled().mid().ifPresent(mid -> names.put(mid, index));
        }
        return names;
    }

    /// Refuses groups that two readers could understand differently.
    static void check(SessionDescription description) throws SdpRefusal {
        var mids = description.media().stream().flatMap(m -> m.bundled().mid().stream()).toList();
        if (new HashSet<>(mids).size() != mids.size()) {
            throw refusal("two sections of one name");
        }
        var grouped = description.bundles().stream().flatMap(List::stream).toList();
        if (new HashSet<>(grouped).size() != grouped.size()) {
            throw refusal("a section twice in BUNDLE groups");
        }
        for (var group : description.bundles()) {
            long families =
                    description.media().stream()
                            .filter(m -> m.bundled().mid().filter(group::contains).isPresent())
                            .filter(m -> m.port() != 0)
                            .map(MediaDescription::address)
                            .flatMap(Optional::stream)
                            .map(InetAddress::getClass)
                            .distinct()
                            .count();
            if (families > 1) {
                throw refusal("a BUNDLE group of two address families");
            }
        }
    }

    private static SdpRefusal refusal(String detail) {
        return new SdpRefusal(SdpProblem.Kind.BAD_BUNDLE, 0, detail);
    }
}
