package org.surehop.core.report;

/// The one registry of reasons, shared by SIP `Warning`, journal, MIB and MQTT. The wire name is
/// what a `Warning: 399` says after its prefix; the number is the MIB's `SurehopReason`. Numbers
/// are never reused. POL-31 fixes the e2e-sec causes.
public enum Reason {
    NONE("none", 0),
    // e2e-sec (POL-31)
    NO_TLS_TARGET("no-tls-target", 1),
    TLS_HANDSHAKE_FAILED("tls-handshake-failed", 2),
    PEER_NOT_AUTHENTICATED("peer-not-authenticated", 3),
    POLICY_FLOOR("policy-floor", 4),
    NEXT_HOP_REJECTED("next-hop-rejected", 5),
    CONNECTION_LOST("connection-lost", 6),
    INGRESS_NOT_SECURE("ingress-not-secure", 7),
    INJECTED_REJECTED("injected-rejected", 8),
    // verdicts (POL-66, POL-84)
    ALL_HOPS_ATTESTED("all-hops-attested", 20),
    NO_HOPS("no-hops", 21),
    SILENT_HOP("silent-hop", 22),
    NEGATIVE_ASSERTION("negative-assertion", 23),
    UNLISTED_HOP("unlisted-hop", 24),
    NO_HOP_RECORD("no-hop-record", 25),
    HOP_RECORD_MALFORMED("hop-record-malformed", 26),
    REJECTED_DOWNSTREAM("rejected-downstream", 27),
    E2E_SEC_NOT_ASKED("e2e-sec-not-asked", 28),
    NOTIFIES_TRUSTED("notifies-trusted", 29),
    // SIP
    BAD_EXTENSION("bad-extension", 40),
    TOO_MANY_HOPS("too-many-hops", 41),
    LOOP("loop-detected", 42),
    NO_ROUTE("no-route", 43),
    NO_SUCH_CALL("no-such-call", 44),
    MALFORMED("malformed", 45),
    PEER_UNKNOWN("peer-unknown", 46),
    PEER_TIMEOUT("peer-timeout", 47),
    CANCELLED("cancelled", 48),
    CALLEE_REFUSED("callee-refused", 49),
    CONGESTION("congestion", 50),
    UNREACHABLE("unreachable", 51),
    NORMAL_END("normal-end", 52),
    GATEWAY_STOPPING("gateway-stopping", 53),
    NO_ACK("no-ack", 54),
    // end-to-middle
    NOT_A_RECIPIENT("not-a-recipient", 60),
    UNDECIPHERABLE("undecipherable", 61),
    SIGNATURE_MISSING("signature-missing", 62),
    SIGNATURE_INVALID("signature-invalid", 63),
    SIGNER_UNVERIFIED("signer-unverified", 64),
    BODY_MALFORMED("body-malformed", 65),
    BODY_TOO_COMPLEX("body-too-complex", 66),
    BODY_MISSING("body-missing", 67),
    CLEAR_SDP_REFUSED("clear-sdp-refused", 68),
    ANSWER_UNREADABLE("answer-unreadable", 69),
    SIGNED_HEADERS("signed-headers", 70),
    KEY_LOST("cek-lost", 71),
    ALGORITHM_REFUSED("algorithm-refused", 72),
    SIGNER_REVOKED("signer-revoked", 73),
    SIGNATURE_STALE("signature-stale", 74),
    KEY_BUDGET("key-budget", 75),
    SRTP_KEY_EXPOSED("srtp-key-exposed", 76),
    LABEL_MISMATCH("label-mismatch", 77),
    IDENTITY_MISMATCH("identity-mismatch", 78),
    IDENTITY_REPLAYED("identity-replayed", 79),
    // pinholes (MID-50, MID-51, RFC 5189 failure reasons)
    SDP_MALFORMED("sdp-malformed", 80),
    ADDRESS_REFUSED("address-refused", 81),
    PORT_REFUSED("port-refused", 82),
    TOO_MANY_MEDIA("too-many-media", 83),
    LACK_OF_RESOURCES("lack-of-resources", 84),
    RULE_CONFLICT("conflict-with-existing-rule", 85),
    FIREWALL_FAILED("firewall-failed", 86),
    LIFETIME_ENDED("lifetime-ended", 87),
    NAT_WITHOUT_ICE("nat-without-ice", 88),
    MEDIA_UNKNOWN("media-unknown", 89),
    // services of RFC 4189
    ARCHIVE_FULL("archive-full", 90),
    ARCHIVE_FAILED("archive-failed", 91),
    LOCATION_UNUSABLE("location-unusable", 92),
    LOCATION_UNVERIFIED("location-unverified", 93),
    LOCATION_BY_REFERENCE("location-by-reference", 94),
    DESTINATION_REFUSED("destination-refused", 95),
    EMERGENCY("emergency", 96),
    // edges
    UNKNOWN_CA("unknown-ca", 100),
    WRONG_NAME("wrong-name", 101),
    CERTIFICATE_EXPIRED("certificate-expired", 102),
    NO_CERTIFICATE("no-certificate", 103),
    HANDSHAKE_TIMEOUT("handshake-timeout", 104),
    MESSAGE_TOO_LARGE("message-too-large", 105),
    MESSAGE_TIMEOUT("message-timeout", 106),
    FRAMING("framing", 107),
    TOO_MANY_CONNECTIONS("too-many-connections", 108),
    QUEUE_FULL("queue-full", 109),
    // the box upstream (RFC 6887, MID-42)
    UPSTREAM_UNREACHABLE("upstream-unreachable", 110),
    UPSTREAM_NOT_AUTHORIZED("upstream-not-authorized", 111),
    UPSTREAM_UNSUPPORTED("upstream-unsupported", 112),
    UPSTREAM_CONFLICT("upstream-conflict", 113),
    // Digest
    CREDENTIALS_MISSING("credentials-missing", 120),
    CREDENTIALS_WRONG("credentials-wrong", 121),
    CREDENTIALS_STALE("credentials-stale", 122),
    CREDENTIALS_REPLAYED("credentials-replayed", 123),
    // the box and its updates
    UPDATE_UNTRUSTED("update-untrusted", 130),
    UPDATE_INCOMPATIBLE("update-incompatible", 131),
    UPDATE_TOO_OLD("update-too-old", 132),
    UPDATE_FAILED_BEFORE("update-failed-before", 133),
    UPDATE_DAMAGED("update-damaged", 134),
    UPDATE_UNREACHABLE("update-unreachable", 135),
    UPDATE_NOT_ALLOWED("update-not-allowed", 136),
    NEVER_CONFIRMED("never-confirmed", 137),
    ONCE_CONFIRMED("once-confirmed", 138),
    // more of disclosure
    TUNNEL_MISMATCH("tunnel-mismatch", 150),
    LABEL_UNAUTHENTICATED("label-unauthenticated", 151),
    INTERNAL("internal-error", 199);

    private final String wireName;
    private final int number;

    Reason(String wireName, int number) {
        this.wireName = wireName;
        this.number = number;
    }

    public String wireName() {
        return wireName;
    }

    public int number() {
        return number;
    }
}
