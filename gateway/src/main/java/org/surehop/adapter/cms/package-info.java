/// S/MIME: opens and verifies the bodies that a user agent shares with the gateway, makes and reads
/// signed e2e-sec reports; tells facts, never verdicts.
@NullMarked
package org.surehop.adapter.cms;

import org.jspecify.annotations.NullMarked;
