package org.surehop.adapter.sip;

/// A channel that an e2e-sec request may leave on: TLS, or an IPsec link that was declared and
/// looked at. Nothing else can be given one: the queue of a connection asks for this type (POL-20,
/// POL-21, POL-80).
sealed interface SecureChannel extends Channel permits TlsChannel, IpsecChannel {}
