package org.surehop.core.pinhole.middlebox;

/// Why a request failed, in the words of RFC 5189 §2. A failed request changes nothing. The last
/// three are no transaction's: they answer what is no valid request here at all (RFC 3304
/// §2.2.5: an agent is told that it was not understood).
public enum Failure {
    AUTHENTICATION_FAILED("authentication failed"),
    NO_AUTHORIZATION("no authorization"),
    VERSION_MISMATCH("protocol version of agent and middlebox do not match"),
    LACK_OF_RESOURCES("lack of resources"),
    NOT_AUTHORIZED("agent not authorized for this transaction"),
    NOT_AUTHORIZED_TO_ADD("agent not authorized to add members to this group"),
    LACK_OF_ADDRESSES("lack of IP addresses"),
    LACK_OF_PORTS("lack of port numbers"),
    NO_SUCH_INSIDE_INTERFACE("specified inside interface does not exist"),
    NO_SUCH_OUTSIDE_INTERFACE("specified outside interface does not exist"),
    INSIDE_INTERFACE_UNFIT("specified inside interface not available for specified service"),
    OUTSIDE_INTERFACE_UNFIT("specified outside interface not available for specified service"),
    NO_SUCH_RESERVE_RULE("no such policy reserve rule"),
    NOT_AUTHORIZED_TO_REPLACE("agent not authorized to replace this policy reserve rule"),
    CONFLICT("conflict with already existing policy rule"),
    NO_INTERNAL_WILDCARD("no internal IP wildcarding allowed"),
    NO_EXTERNAL_WILDCARD("no external IP wildcarding allowed"),
    RESERVED_MISMATCH("reserved A0 to requested A0 mismatch"),
    NOT_AUTHORIZED_FOR_RULE("agent not authorized to change lifetime of this policy rule"),
    NO_SUCH_RULE("no such policy rule"),
    LIFETIME_NOT_EXTENDED("lifetime cannot be extended"),
    NOT_SUPPORTED("transaction not supported"),
    NO_ACCESS_TO_RULE("agent not authorized to access this policy rule"),
    NOT_AUTHORIZED_FOR_GROUP("agent not authorized to change lifetime of this group"),
    NO_SUCH_GROUP("no such group"),
    NO_ACCESS_TO_GROUP("agent not authorized to list members of this group"),
    NO_SESSION("request outside of an open session"),
    SESSION_OPEN("session is open already"),
    PARAMETER_NOT_SUPPORTED("parameter not supported");

    private final String phrase;

    Failure(String phrase) {
        this.phrase = phrase;
    }

    /// The RFC's words.
    public String phrase() {
        return phrase;
    }
}
