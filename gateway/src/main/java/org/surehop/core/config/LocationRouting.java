package org.surehop.core.config;

/// Routing by location (SVC-2): what happens with a call whose location should choose its way and
/// cannot, and whether the location must be signed by the caller.
public record LocationRouting(OnUnusable onUnusable, boolean requireSignature) {
    public static final LocationRouting DEFAULT = new LocationRouting(OnUnusable.REJECT, true);

    /// What becomes of the call.
    public enum OnUnusable {
        /// 424 with Geolocation-Error (RFC 6442 §4.3).
        REJECT,
        /// It takes the route without an area.
        DEFAULT_ROUTE
    }
}
