/// SIMCO 3.0 (RFC 4540) over mutual TLS: the server through which agents command our middlebox, and
/// the client through which we command another box's.
@NullMarked
package org.surehop.adapter.simco;

import org.jspecify.annotations.NullMarked;
