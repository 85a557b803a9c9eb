/// The configuration as validated records.
@NullMarked
package org.surehop.core.config;

import org.jspecify.annotations.NullMarked;
