/// The SIP nouns that the core speaks: messages as facts, with an opaque body (RFC 3261 names).
@NullMarked
package org.surehop.core.sip;

import org.jspecify.annotations.NullMarked;
