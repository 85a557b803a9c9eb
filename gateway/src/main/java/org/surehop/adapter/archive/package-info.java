/// The archive of messages: sealed entries as files, an index chained by hashes, room and age.
@NullMarked
package org.surehop.adapter.archive;

import org.jspecify.annotations.NullMarked;
