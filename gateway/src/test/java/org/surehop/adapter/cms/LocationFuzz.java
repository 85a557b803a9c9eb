package org.surehop.adapter.cms;

/// What a fuzzer calls with a location object: whatever comes, it ends in a value.
public final class LocationFuzz {
    private LocationFuzz() {}

    /// What Jazzer calls with each input.
    public static void fuzzerTestOneInput(byte[] input) {
        if (LocationReader.read(input).filter(p -> p.point().isEmpty()).isPresent()
                && LocationReader.read(input).orElseThrow().civic().isEmpty()) {
            throw new IllegalStateException("a place that is nowhere");
        }
    }
}
