/// Offer and answer as records, and the flows that a pair of them needs (RFC 8866, RFC 3264).
@NullMarked
package org.surehop.core.sdp;

import org.jspecify.annotations.NullMarked;
