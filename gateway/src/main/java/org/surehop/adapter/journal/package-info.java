/// The durable event journal (SQLite, WAL): every notice is written here before anybody is told,
/// and kept until everybody who must be told has acknowledged it.
@NullMarked
package org.surehop.adapter.journal;

import org.jspecify.annotations.NullMarked;
