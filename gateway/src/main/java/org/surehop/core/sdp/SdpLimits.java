package org.surehop.core.sdp;

/// How much of one description is read (MID-51): `m=` lines, and ICE candidates in all of them.
public record SdpLimits(int media, int candidates) {}
