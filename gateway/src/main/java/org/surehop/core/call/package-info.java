/// One call between two legs: the table of a request that crosses the border, and the table of the
/// call's life.
@NullMarked
package org.surehop.core.call;

import org.jspecify.annotations.NullMarked;
