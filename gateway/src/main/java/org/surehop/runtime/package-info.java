/// The one loop: a bounded queue of events in, effects out to the adapters, deadlines, the clock.
@NullMarked
package org.surehop.runtime;

import org.jspecify.annotations.NullMarked;
