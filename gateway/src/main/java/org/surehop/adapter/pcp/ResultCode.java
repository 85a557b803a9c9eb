package org.surehop.adapter.pcp;

import org.surehop.core.report.Reason;

/// The result codes of RFC 6887 §7.4 and the failure reasons of RFC 5189 that they stand for
/// (MID-41, MID-42).
enum ResultCode {
    SUCCESS(Reason.NONE, Scope.MAPPING),
    UNSUPP_VERSION(Reason.UPSTREAM_UNSUPPORTED, Scope.SERVER),
    NOT_AUTHORIZED(Reason.UPSTREAM_NOT_AUTHORIZED, Scope.MAPPING),
    MALFORMED_REQUEST(Reason.FIREWALL_FAILED, Scope.MAPPING),
    UNSUPP_OPCODE(Reason.UPSTREAM_UNSUPPORTED, Scope.SERVER),
    UNSUPP_OPTION(Reason.UPSTREAM_UNSUPPORTED, Scope.SERVER),
    MALFORMED_OPTION(Reason.FIREWALL_FAILED, Scope.MAPPING),
    NETWORK_FAILURE(Reason.LACK_OF_RESOURCES, Scope.MAPPING),
    NO_RESOURCES(Reason.LACK_OF_RESOURCES, Scope.MAPPING),
    UNSUPP_PROTOCOL(Reason.UPSTREAM_UNSUPPORTED, Scope.MAPPING),
    USER_EX_QUOTA(Reason.LACK_OF_RESOURCES, Scope.MAPPING),
    CANNOT_PROVIDE_EXTERNAL(Reason.UPSTREAM_CONFLICT, Scope.MAPPING),
    ADDRESS_MISMATCH(Reason.ADDRESS_REFUSED, Scope.MAPPING),
    EXCESSIVE_REMOTE_PEERS(Reason.LACK_OF_RESOURCES, Scope.MAPPING),
    /// A number that is not registered, or not yet.
    OTHER(Reason.FIREWALL_FAILED, Scope.MAPPING);

    private final Reason reason;
    private final Scope scope;

    /// What the refusal is about: this mapping, or whatever we might ask.
    enum Scope {
        MAPPING,
        SERVER
    }

    ResultCode(Reason reason, Scope scope) {
        this.reason = reason;
        this.scope = scope;
    }

    static ResultCode of(int number) {
        return number < OTHER.ordinal() ? values()[number] : OTHER;
    }

    Reason reason() {
        return reason;
    }

    Scope scope() {
        return scope;
    }

    /// Another try at taking a mapping back makes sense.
    boolean passing() {
        return this == NETWORK_FAILURE || this == NO_RESOURCES || this == USER_EX_QUOTA;
    }
}
