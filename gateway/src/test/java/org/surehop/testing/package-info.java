/// What tests of several rooms share: sample messages and golden files.
@NullMarked
package org.surehop.testing;

import org.jspecify.annotations.NullMarked;
