/// Tests of the gateway as one value: events in, effects out.
@NullMarked
package org.surehop.core.gateway;

import org.jspecify.annotations.NullMarked;
