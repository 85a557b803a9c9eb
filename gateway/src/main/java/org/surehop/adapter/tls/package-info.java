/// TLS at the edge: the FIPS provider, keys and trust from PEM files, the identity check of RFC
/// 5922, and contexts that are replaced while connections live on.
@NullMarked
package org.surehop.adapter.tls;

import org.jspecify.annotations.NullMarked;
