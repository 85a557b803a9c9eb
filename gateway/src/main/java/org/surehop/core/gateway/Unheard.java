package org.surehop.core.gateway;

import java.util.List;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.OptionTags;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;

/// What a caller must not hear of a tag that it never sent and that this gateway sent in its name
/// (POL-81, POL-82). Pure.
record Unheard(GatewayConfig config) {

    private String tag() {
        return config.assurance().optionTag();
    }

    /// The far side's response without what it says of our own tag.
    Response cleared(Response response, Demand demand) {
        if (!demand.ours()) {
            return response;
        }
        var out = response.toBuilder().require(Crossing.without(response.require(), tag()));
        var rest = Crossing.without(unsupported(response), tag());
        out.remove("Unsupported");
        if (!rest.isEmpty()) {
            out.add("Unsupported", String.join(", ", rest));
        }
        out.remove("Warning");
        response.headers("Warning").stream()
                .filter(w -> !w.contains("\"" + tag() + ": "))
                .forEach(w -> out.add("Warning", w));
        return out.build();
    }

    /// Whether it is a 420 that names the tag.
    boolean rejectsTag(Response response) {
        return response.status().value() == 420
                && OptionTags.contains(unsupported(response), tag());
    }

    /// Whether it refuses our own tag and nothing else.
    boolean rejectsOurs(Response response, Demand demand) {
        return demand.ours()
                && rejectsTag(response)
                && Crossing.without(unsupported(response), tag()).isEmpty();
    }

    private static List<String> unsupported(Response response) {
        return response.headers("Unsupported").stream()
                .flatMap(v -> List.of(v.split(",", -1)).stream())
                .map(String::strip)
                .filter(v -> !v.isEmpty())
                .toList();
    }

    /// POL-81, `reject`: what the caller gets instead of a 420 that would name what it never sent.
    Response instead(Request asked, String toTag) {
        var status = config.path().injectedRejectStatus();
        var text = tag() + ": " + Reason.INJECTED_REJECTED.wireName();
        return Crossing.local(asked, status, phrase(status), toTag).toBuilder()
                .others(List.of(Crossing.warning(config.gateway(), text)))
                .build();
    }

    private static String phrase(int status) {
        return switch (status) {
            case 480 -> "Temporarily Unavailable";
            case 488 -> "Not Acceptable Here";
            default -> "Forbidden";
        };
    }
}
