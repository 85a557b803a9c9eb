/// Surehop: a SIP edge security gateway. The rooms are described in gateway/ARCHITECTURE.md.
@org.jspecify.annotations.NullMarked
package org.surehop;
