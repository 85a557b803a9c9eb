package org.surehop.core.report;

/// The one vocabulary of reports: the wire name is the MQTT event name and the journal's kind, the
/// number is what the MIB's `SurehopNoticeKind` carries. Numbers are never reused.
public enum NoticeKind {
    VERDICT("e2e-sec.verdict", 1),
    VERDICT_CHANGED("e2e-sec.verdict-changed", 2),
    E2E_SEC_REJECTED("e2e-sec.rejected", 3),
    E2E_SEC_BROKEN("e2e-sec.broken", 4),
    INJECTED("e2e-sec.injected", 5),
    INJECTED_REJECTED("e2e-sec.injected-rejected", 6),
    FORGED_NOTIFY("e2e-sec.forged-notify", 7),
    SILENT_HOP("e2e-sec.silent-hop", 8),
    INGRESS_NOT_SECURE("e2e-sec.ingress-not-secure", 9),
    UNDECIPHERABLE("e2m.undecipherable", 20),
    SIGNATURE_REQUIRED("e2m.signature-required", 21),
    BAD_SIGNATURE("e2m.bad-signature", 22),
    SIGNER_CHANGED("e2m.signer-changed", 23),
    ANSWER_UNSECURED("e2m.answer-unsecured", 24),
    DOWNGRADE_415("e2m.downgrade-415", 25),
    SRTP_KEY_EXPOSED("e2m.srtp-key-exposed", 26),
    CEK_LOST("e2m.cek-lost", 27),
    IDENTITY_MISMATCH("e2m.identity-mismatch", 30),
    ARCHIVE_FAILED("archive.failed", 35),
    LOCATION_ROUTED("location.routed", 36),
    LOCATION_UNUSED("location.unused", 37),
    EMERGENCY_BYPASS("emergency.bypass", 38),
    PINHOLE_OPEN("pinhole.open", 40),
    PINHOLE_REFRESH("pinhole.refresh", 41),
    PINHOLE_CLOSE("pinhole.close", 42),
    PINHOLE_FAILED("pinhole.failed", 43),
    PINHOLE_EXPIRED("pinhole.expired", 44),
    PINHOLE_NO_MEDIA("pinhole.no-media", 45),
    CALL_REFUSED("call.refused", 60),
    CALL_ENDED("call.ended", 61),
    LIMIT_EXCEEDED("limit.exceeded", 70),
    MALFORMED_INPUT("input.malformed", 71),
    PEER_REJECTED("tls.peer-rejected", 80),
    CERT_EXPIRING("cert.expiring", 81),
    CREDENTIALS_REFUSED("auth.refused", 82),
    STARTED("gateway.started", 90),
    STOPPED("gateway.stopped", 91),
    CONFIG_CHANGED("config.changed", 92),
    CONFIG_REFUSED("config.refused", 93),
    JOURNAL_SET_ASIDE("journal.set-aside", 94),
    INTERNAL_ERROR("gateway.internal-error", 99),
    UPDATE_REQUESTED("update.requested", 110),
    UPDATE_INSTALLING("update.installing", 111),
    UPDATE_INSTALLED("update.installed", 112),
    UPDATE_REFUSED("update.refused", 113),
    UPDATE_CONFIRMED("update.confirmed", 114),
    UPDATE_FAILED("update.failed", 115),
    UPDATE_ROLLED_BACK("update.rolled-back", 116),
    HEALTH_LOST("box.health-lost", 117),
    BOX_RESET("box.reset", 118),
    UPDATE_KEYRING("update.keyring", 119);

    private final String wireName;
    private final int number;

    NoticeKind(String wireName, int number) {
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
