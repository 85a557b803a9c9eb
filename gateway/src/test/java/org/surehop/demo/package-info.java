/// The demonstration: what `gateway/bin/demo` runs around the gateway, and nothing that ships.
@NullMarked
package org.surehop.demo;

import org.jspecify.annotations.NullMarked;
