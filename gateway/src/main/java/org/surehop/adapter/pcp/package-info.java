/// PCP (RFC 6887): asks a NAT or firewall above this box for the same openings; a client only.
@NullMarked
package org.surehop.adapter.pcp;

import org.jspecify.annotations.NullMarked;
