package org.surehop.core.sdp;

/// What reading a session description gives: the description, or why it was refused.
public sealed interface SdpResult permits SessionDescription, SdpProblem {}
