/// Tests of the assurance room.
@NullMarked
package org.surehop.core.assurance;

import org.jspecify.annotations.NullMarked;
