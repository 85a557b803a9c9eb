package org.surehop.adapter.cms;

/// What is known of the revocation of one certificate.
enum Standing {
    GOOD,
    REVOKED,
    UNKNOWN
}
