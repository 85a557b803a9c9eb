/// The dialog that each leg of a call is: tags, route set, remote target, CSeq (RFC 3261 §12).
@NullMarked
package org.surehop.core.dialog;

import org.jspecify.annotations.NullMarked;
