package org.surehop.core.config;

import java.util.List;

/// SNMPv3 only: the agent and the receivers of notifications. `stateDirectory` keeps
/// engineBoots; `midcomNotifications` adds those of RFC 5190 to our own.
public record Snmp(
        boolean enabled,
        String address,
        int port,
        String stateDirectory,
        List<User> users,
        List<Receiver> receivers,
        boolean midcomNotifications) {
    public Snmp {
        users = List.copyOf(users);
        receivers = List.copyOf(receivers);
        Valid.port("snmp.port", port);
    }

    /// A USM user, always authPriv: SHA-256 (RFC 7860) and AES-128 (RFC 3826).
    public record User(String name, SecretRef authPassphrase, SecretRef privPassphrase) {}

    /// Where notifications go. `inform` asks for an acknowledgement.
    public record Receiver(String name, String address, int port, String user, boolean inform) {
        public Receiver {
            Valid.port("snmp receiver port", port);
        }
    }
}
