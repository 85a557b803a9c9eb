/// The two user agents of the command line: `probe` places an assured call, `answer` takes one.
@NullMarked
package org.surehop.app.ua;

import org.jspecify.annotations.NullMarked;
