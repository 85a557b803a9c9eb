package org.surehop.adapter.simco;

/// The numbers of the wire as RFC 4540 §4.2 and §4.3 have them, all in this one place.
final class Code {
    static final int HEADER = 8;
    /// §8.7: a message has 65,536 octets at most.
    static final int MOST_PAYLOAD = 65_536 - HEADER;

    static final int MAJOR = 3;
    static final int MINOR = 0;

    // basic types
    static final int REQUEST = 0x01;
    static final int POSITIVE = 0x02;
    static final int NEGATIVE = 0x03;
    static final int NOTIFICATION = 0x04;

    // sub-types of requests and positive replies
    static final int SE = 0x01;
    static final int SA = 0x02;
    static final int ST = 0x03;
    static final int PRR = 0x11;
    static final int PER = 0x12;
    static final int PEA = 0x13;
    static final int PLC = 0x15;
    static final int PRD = 0x16;
    static final int PRS = 0x21;
    static final int PRL = 0x22;
    static final int PES = 0x23;

    // policy disable rules (§8.8) are optional, and we have none
    static final int PDR = 0x14;

    // sub-types of negative replies
    static final int WRONG_BASIC_TYPE = 0x10;
    static final int WRONG_SUB_TYPE = 0x11;
    static final int BADLY_FORMED = 0x12;
    static final int REPLY_TOO_BIG = 0x13;
    static final int NOT_APPLICABLE = 0x20;
    static final int NO_SESSION_RESOURCES = 0x21;
    static final int VERSION_MISMATCH = 0x22;
    static final int AUTHENTICATION_FAILED = 0x23;
    static final int NO_AUTHORIZATION = 0x24;
    static final int NOT_SUPPORTED = 0x40;
    static final int NOT_AUTHORIZED = 0x41;
    static final int NO_RESOURCES = 0x42;
    static final int NO_SUCH_RULE = 0x43;
    static final int NO_SUCH_GROUP = 0x44;
    static final int NO_RULE_ACCESS = 0x45;
    static final int NO_GROUP_ACCESS = 0x46;
    static final int NO_ADDRESS_SPACE = 0x47;
    static final int LACK_OF_ADDRESSES = 0x48;
    static final int LACK_OF_PORTS = 0x49;
    static final int CONFIGURATION_FAILED = 0x4A;
    static final int INCONSISTENT = 0x4B;
    static final int NO_WILDCARD = 0x4C;
    static final int CONFLICT = 0x50;
    static final int LIFETIME_NOT_EXTENDED = 0x52;
    static final int NO_SUCH_PROTOCOL = 0x54;

    // sub-types of notifications
    static final int BFM = 0x01;
    static final int AST = 0x02;
    static final int ARE = 0x03;

    // attribute types
    static final int VERSION = 0x0001;
    static final int CHALLENGE = 0x0002;
    static final int TOKEN = 0x0003;
    static final int CAPABILITIES = 0x0004;
    static final int RULE = 0x0005;
    static final int GROUP = 0x0006;
    static final int LIFETIME = 0x0007;
    static final int OWNER = 0x0008;
    static final int TUPLE = 0x0009;
    static final int RESERVE_SET = 0x000A;
    static final int ENABLE_SET = 0x000B;

    // protocols of a tuple
    static final int ANY = 0;
    static final int TCP = 6;
    static final int UDP = 17;

    private Code() {}
}
