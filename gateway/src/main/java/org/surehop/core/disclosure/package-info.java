/// End-to-middle security: which body must be readable or signed, and the judgement of what the
/// CMS layer reports (RFC 4189, E2M items).
@NullMarked
package org.surehop.core.disclosure;

import org.jspecify.annotations.NullMarked;
