/// SNMPv3: an agent over the latest status, and notifications from the journal (RFC 3411 to 3418).
@NullMarked
package org.surehop.adapter.snmp;

import org.jspecify.annotations.NullMarked;
