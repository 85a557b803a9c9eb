package org.surehop.adapter.mqtt;

import org.surehop.core.report.NoticeKind;

/// The topic tree of one gateway: `ROOT/v1/SITE/ID/...`. The version is that of the payloads.
record Topics(String root, String site, String id) {
    static Topics of(String root, String site, String id) throws MqttFault {
        check("mqtt.root", root, "/");
        check("mqtt.site", site, "");
        check("gateway.id", id, "");
        return new Topics(root, site, id);
    }

    private static void check(String key, String word, String allowed) throws MqttFault {
        var bad =
                word.isBlank()
                        || word.chars()
                                .anyMatch(
                                        c ->
                                                (c == '+' || c == '#' || c == '/' || c < ' ')
                                                        && allowed.indexOf(c) < 0);
        if (bad) {
            throw new MqttFault(
                    MqttFault.Kind.TOPIC,
                    key + ": expected a word without '/', '+', '#' that can stand in a topic.");
        }
    }

    private String below(String rest) {
        return root + "/v1/" + site + "/" + id + "/" + rest;
    }

    String status() {
        return below("status");
    }

    String info() {
        return below("info");
    }

    String event(NoticeKind kind) {
        return below("event/" + group(kind));
    }

    private static String group(NoticeKind kind) {
        return switch (kind) {
            case VERDICT,
                    VERDICT_CHANGED,
                    E2E_SEC_REJECTED,
                    E2E_SEC_BROKEN,
                    INJECTED,
                    INJECTED_REJECTED,
                    SILENT_HOP,
                    INGRESS_NOT_SECURE,
                    CALL_REFUSED,
                    CALL_ENDED ->
                    "assurance";
            case PINHOLE_OPEN,
                    PINHOLE_REFRESH,
                    PINHOLE_CLOSE,
                    PINHOLE_FAILED,
                    PINHOLE_EXPIRED,
                    PINHOLE_NO_MEDIA ->
                    "pinhole";
            case FORGED_NOTIFY,
                    UNDECIPHERABLE,
                    SIGNATURE_REQUIRED,
                    BAD_SIGNATURE,
                    SIGNER_CHANGED,
                    ANSWER_UNSECURED,
                    DOWNGRADE_415,
                    SRTP_KEY_EXPOSED,
                    CEK_LOST,
                    IDENTITY_MISMATCH,
                    ARCHIVE_FAILED,
                    LOCATION_ROUTED,
                    LOCATION_UNUSED,
                    EMERGENCY_BYPASS,
                    LIMIT_EXCEEDED,
                    MALFORMED_INPUT,
                    PEER_REJECTED,
                    CERT_EXPIRING,
                    CREDENTIALS_REFUSED ->
                    "security";
            case STARTED,
                    STOPPED,
                    CONFIG_CHANGED,
                    CONFIG_REFUSED,
                    JOURNAL_SET_ASIDE,
                    INTERNAL_ERROR,
                    UPDATE_REQUESTED,
                    UPDATE_INSTALLING,
                    UPDATE_INSTALLED,
                    UPDATE_REFUSED,
                    UPDATE_CONFIRMED,
                    UPDATE_FAILED,
                    UPDATE_ROLLED_BACK,
                    HEALTH_LOST,
                    BOX_RESET,
                    UPDATE_KEYRING ->
                    "lifecycle";
        };
    }
}
