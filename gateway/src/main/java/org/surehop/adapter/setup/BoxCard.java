package org.surehop.adapter.setup;

import java.util.Map;

/// What the page shows of the box to anybody who can reach it: nothing of it is secret.
///
/// @param id the box's own name, such as `surehop-0a1b2c3d4e5f`
/// @param version of its image
/// @param fingerprint SHA-256 of the identity's public key, for whoever signs its requests
/// @param requests certificate requests to download, by file name, as PEM
public record BoxCard(String id, String version, String fingerprint, Map<String, String> requests) {
    public BoxCard {
        requests = Map.copyOf(requests);
        if (id.isBlank() || version.isBlank()) {
            throw new IllegalArgumentException("a box has a name and a version");
        }
    }
}
