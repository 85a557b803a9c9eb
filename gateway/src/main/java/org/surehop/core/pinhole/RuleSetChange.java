package org.surehop.core.pinhole;

import java.time.Duration;
import java.util.List;
import org.surehop.core.sdp.Flow;

/// One all-or-nothing change of what the firewall lets through (PIN-4). `enable` flows get the
/// kernel timeout `lifetime`; a flow that is enabled already is refreshed. `disable` flows are
/// removed and their connection-tracking entries deleted (D12, MID-32). Numbers grow and are
/// never used again.
public record RuleSetChange(
        long number, GroupId group, List<Flow> enable, Duration lifetime, List<Flow> disable) {
    public RuleSetChange {
        enable = List.copyOf(enable);
        disable = List.copyOf(disable);
    }
}
