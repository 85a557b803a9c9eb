package org.surehop.core.config;

/// What the kernel does beside dropping. `anySourceRate` bounds the packets a second to one port
/// that anyone may send to (PIN-25); `mark` is set on each packet that a pinhole lets through, for
/// the operator's own tables, 0 for none.
public record PacketRules(int anySourceRate, int mark) {
    /// As shipped.
    public static final PacketRules USUAL = new PacketRules(500, 0);

    public PacketRules {
        Valid.positive("pinholes.any-source-rate", anySourceRate);
        Valid.that(mark >= 0, "pinholes.packet-mark must not be negative");
    }
}
