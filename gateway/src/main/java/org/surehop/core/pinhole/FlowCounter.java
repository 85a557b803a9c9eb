package org.surehop.core.pinhole;

import org.surehop.core.sdp.Flow;

/// What passed an enabled flow, read from the firewall.
public record FlowCounter(Flow flow, long packets, long bytes) {}
