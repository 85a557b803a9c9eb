/// SIP on the wire: framing and limits, TLS connections, the JAIN-SIP parser, next-hop location.
@NullMarked
package org.surehop.adapter.sip;

import org.jspecify.annotations.NullMarked;
