/// Places and areas on the earth: which of them a location lies in.
@NullMarked
package org.surehop.core.location;

import org.jspecify.annotations.NullMarked;
