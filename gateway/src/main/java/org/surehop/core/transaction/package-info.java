/// The four transaction machines of RFC 3261 §17 on reliable transports, with RFC 6026 and RFC
/// 4320.
@NullMarked
package org.surehop.core.transaction;

import org.jspecify.annotations.NullMarked;
