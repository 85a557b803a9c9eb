/// e2e-sec: what was asked, which hop asserted what, Hop-Record, and the verdict
/// (draft-polk-sipping-e2e-sec-assurance, POL items).
@NullMarked
package org.surehop.core.assurance;

import org.jspecify.annotations.NullMarked;
