package org.surehop.core.sdp;

/// What reading a trickle-ICE fragment gives: the fragment, or why it was refused.
public sealed interface FragmentResult permits SdpFragment, SdpProblem {}
