package org.surehop.core.pinhole;

import java.time.Duration;
import java.util.List;
import org.surehop.core.sdp.Flow;

/// One all-or-nothing change of what the firewall lets through (PIN-4). `enable` flows get the
/// kernel timeout `lifetime`; a flow that is enabled already is refreshed. `disable` flows are
/// removed and their connection-tracking entries deleted (D12, MID-32). Numbers grow and are
/// never used again. `translated` inside ports get their outside place for the same lifetime,
/// `untranslated` ones lose it. The counters of `counted` flows are asked for, and of those that
/// are removed.
public record RuleSetChange(
        long number,
        GroupId group,
        List<Flow> enable,
        Duration lifetime,
        List<Flow> disable,
        List<Translation> translated,
        List<Translation> untranslated,
        List<Flow> counted) {
    public RuleSetChange {
        enable = List.copyOf(enable);
        disable = List.copyOf(disable);
        translated = List.copyOf(translated);
        untranslated = List.copyOf(untranslated);
        counted = List.copyOf(counted);
    }

    /// Without translation.
    public RuleSetChange(
            long number, GroupId group, List<Flow> enable, Duration lifetime, List<Flow> disable) {
        this(number, group, enable, lifetime, disable, List.of(), List.of(), List.of());
    }

    /// Changes nothing; the answer says what the flows have counted, if the firewall can tell.
    public static RuleSetChange counting(long number, GroupId group, List<Flow> flows) {
        return new RuleSetChange(
                number, group, List.of(), Duration.ZERO, List.of(), List.of(), List.of(), flows);
    }

    /// The same with these.
    public RuleSetChange with(List<Translation> kept, List<Translation> ended) {
        return new RuleSetChange(number, group, enable, lifetime, disable, kept, ended, counted);
    }
}
