/// MIDCOM policy rules (RFC 5189): reserve, enable, lifetime, group. Rule sets are values.
@NullMarked
package org.surehop.core.pinhole;

import org.jspecify.annotations.NullMarked;
