/// The firewall: renders rule set changes, applies each in one transaction, reads it back, watches.
@NullMarked
package org.surehop.adapter.nftables;

import org.jspecify.annotations.NullMarked;
