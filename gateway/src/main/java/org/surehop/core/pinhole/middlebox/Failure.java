package org.surehop.core.pinhole.middlebox;

/// Why a request failed, in the words of RFC 5189 §2; where a protocol tells more cases apart than
/// that document has words, two reasons share one phrase. A failed request changes nothing. The
/// last ones are no transaction's: they answer what is no valid request here at all (RFC 3304
/// §2.2.5: an agent is told that it was not understood).
public enum Failure {
    AUTHENTICATION_FAILED("authentication failed"),
    NO_AUTHORIZATION("no authorization"),
    VERSION_MISMATCH("protocol version of agent and middlebox do not match"),
    LACK_OF_RESOURCES("lack of resources"),
    /// MID-34: what could be granted was not done by the firewall.
    FIREWALL_FAILED("lack of resources"),
    NOT_AUTHORIZED("agent not authorized for this transaction"),
    NOT_AUTHORIZED_TO_ADD("agent not authorized to add members to this group"),
    LACK_OF_ADDRESSES("lack of IP addresses"),
    LACK_OF_PORTS("lack of port numbers"),
    NO_SUCH_INSIDE_INTERFACE("specified inside interface does not exist"),
    NO_SUCH_OUTSIDE_INTERFACE("specified outside interface does not exist"),
    INSIDE_INTERFACE_UNFIT("specified inside interface not available for specified service"),
    OUTSIDE_INTERFACE_UNFIT("specified outside interface not available for specified service"),
    NO_SUCH_RESERVE_RULE("no such policy reserve rule"),
    /// The rule is there, and enabled already.
    NOT_RESERVED("no such policy reserve rule"),
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
    /// MID-3: more than nothing must be asked for.
    NO_LIFETIME("parameter not supported"),
    NO_TRANSPORT_WILDCARD("parameter not supported"),
    PARAMETER_NOT_SUPPORTED("parameter not supported");

    private final String phrase;

    Failure(String phrase) {
        this.phrase = phrase;
    }

    /// Whether the request itself was wrong, whoever had asked and whenever (RFC 5190
    /// `incorrectRequest`); the others are rejected.
    boolean isIncorrect() {
        return switch (this) {
            case NO_SUCH_INSIDE_INTERFACE,
                    NO_SUCH_OUTSIDE_INTERFACE,
                    NO_SUCH_RESERVE_RULE,
                    NOT_RESERVED,
                    RESERVED_MISMATCH,
                    NO_INTERNAL_WILDCARD,
                    NO_EXTERNAL_WILDCARD,
                    NO_TRANSPORT_WILDCARD,
                    NO_LIFETIME,
                    PARAMETER_NOT_SUPPORTED ->
                    true;
            case AUTHENTICATION_FAILED,
                    NO_AUTHORIZATION,
                    VERSION_MISMATCH,
                    LACK_OF_RESOURCES,
                    FIREWALL_FAILED,
                    NOT_AUTHORIZED,
                    NOT_AUTHORIZED_TO_ADD,
                    LACK_OF_ADDRESSES,
                    LACK_OF_PORTS,
                    INSIDE_INTERFACE_UNFIT,
                    OUTSIDE_INTERFACE_UNFIT,
                    NOT_AUTHORIZED_TO_REPLACE,
                    CONFLICT,
                    NOT_AUTHORIZED_FOR_RULE,
                    NO_SUCH_RULE,
                    LIFETIME_NOT_EXTENDED,
                    NOT_SUPPORTED,
                    NO_ACCESS_TO_RULE,
                    NOT_AUTHORIZED_FOR_GROUP,
                    NO_SUCH_GROUP,
                    NO_ACCESS_TO_GROUP,
                    NO_SESSION,
                    SESSION_OPEN ->
                    false;
        };
    }

    /// The RFC's words.
    public String phrase() {
        return phrase;
    }
}
