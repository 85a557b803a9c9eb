/// The page for the first start of a box: HTTPS for one owner, who gives the box its
/// configuration. It holds no secret, and what it is given it hands on to the box, which judges.
@NullMarked
package org.surehop.adapter.setup;

import org.jspecify.annotations.NullMarked;
