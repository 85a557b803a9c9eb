package org.surehop.core.config;

/// What keeps the box itself well. `socket` is the Unix socket at which `surehop health` asks how
/// the gateway is; empty: there is none, and no trial call. `trialPort` is the loopback port of the
/// trial call's door; its callee has the next one. `events` is a directory in which the box leaves
/// what happened to it; empty: none. `alarm` is a file that is made when something grave is told:
/// then the box saves its logs; empty: none. `updateRequest` is the file that an SNMP SET of
/// `surehopUpdateRequest` by `updateUser` makes; empty: no such SET is taken.
public record Upkeep(
        String socket,
        int trialPort,
        String events,
        String alarm,
        String updateRequest,
        String updateUser) {
    /// Nobody asks, nothing is told, nothing may be set.
    public static final Upkeep NONE = new Upkeep("", 5079, "", "", "", "");

    public Upkeep {
        Valid.port("upkeep.trial-port", trialPort);
        Valid.that(trialPort > 0 && trialPort < 65535, "upkeep.trial-port must leave room for two");
        Valid.that(
                updateRequest.isEmpty() == updateUser.isEmpty(),
                "upkeep.update-request and upkeep.update-user go together");
    }

    /// Whether trial calls are made.
    public boolean asked() {
        return !socket.isEmpty();
    }
}
