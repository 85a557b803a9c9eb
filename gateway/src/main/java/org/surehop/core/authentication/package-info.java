/// Digest at our door: who a request comes from when no certificate says so (RFC 7616, RFC 8760).
@NullMarked
package org.surehop.core.authentication;

import org.jspecify.annotations.NullMarked;
