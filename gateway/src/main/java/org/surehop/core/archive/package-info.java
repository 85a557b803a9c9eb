/// What is written down of a message for the archive, and how the message fared.
@NullMarked
package org.surehop.core.archive;

import org.jspecify.annotations.NullMarked;
