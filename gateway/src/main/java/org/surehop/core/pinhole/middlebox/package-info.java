/// The middlebox of RFC 5189 as a pure machine: sessions of agents, their rules and groups, every
/// transaction with every failure reason.
@NullMarked
package org.surehop.core.pinhole.middlebox;

import org.jspecify.annotations.NullMarked;
