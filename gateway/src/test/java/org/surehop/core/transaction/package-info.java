/// Tests of the transaction room.
@NullMarked
package org.surehop.core.transaction;

import org.jspecify.annotations.NullMarked;
