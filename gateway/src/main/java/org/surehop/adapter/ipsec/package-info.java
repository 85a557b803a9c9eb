/// IPsec: asks the kernel whether ESP protects an address pair, and reports what it found.
@NullMarked
package org.surehop.adapter.ipsec;

import org.jspecify.annotations.NullMarked;
