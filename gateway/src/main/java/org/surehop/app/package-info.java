/// The command line: the only place that knows all adapters.
@NullMarked
package org.surehop.app;

import org.jspecify.annotations.NullMarked;
