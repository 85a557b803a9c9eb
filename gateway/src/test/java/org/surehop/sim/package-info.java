/// Whole calls through the core in virtual time, with loss, duplicates, crashes and forgeries; the
/// same seed gives the same history.
@NullMarked
package org.surehop.sim;

import org.jspecify.annotations.NullMarked;
