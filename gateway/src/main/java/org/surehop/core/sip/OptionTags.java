package org.surehop.core.sip;

import java.util.List;

/// Option tags (RFC 3261 §19.2) as they came; they compare case-insensitively (§7.3.1).
public final class OptionTags {
    private OptionTags() {}

    public static boolean contains(List<String> tags, String tag) {
        return tags.stream().anyMatch(tag::equalsIgnoreCase);
    }
}
