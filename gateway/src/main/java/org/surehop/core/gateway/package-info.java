/// All calls: routing of events, deadlines, limits, counters, the snapshot, and the two ports.
@NullMarked
package org.surehop.core.gateway;

import org.jspecify.annotations.NullMarked;
