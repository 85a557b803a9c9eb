package org.surehop.adapter.nftables;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/// Hears from the kernel what somebody else changes in our table: elements, sets, rules, chains or
/// all of it (MID-35). Our own changes carry the number of our library's socket. The kernel does
/// not tell of elements whose time is over; their ends are known.
final class ChangeWatch implements AutoCloseable {
    private static final int GROUP = 7; // NFNLGRP_NFTABLES
    private static final int SUBSYSTEM = 10; // NFNL_SUBSYS_NFTABLES
    private static final int NEW_SET = 9;
    private static final int NEW_GENERATION = 15;
    private static final int WAITING_OCTETS = 4 << 20;
    private static final int TYPE = 4;
    private static final int PORT = 12;
    private static final int NAME_OF_TABLE = 1; // in every message but that of a generation
    private static final int NAME_OF_SET = 2;
    private static final int NAME_OF_PROCESS = 3;

    private final NetlinkSocket socket;
    private final String table;
    private int own;
    private int stranger;
    private String culprit = "somebody";

    ChangeWatch(NativeCalls calls, String table) throws FirewallFault {
        this.table = table;
        socket = new NetlinkSocket(calls);
        socket.join(GROUP, WAITING_OCTETS);
    }

    /// Learns our own number: whoever has just made the set of this name in our table.
    void learnFrom(String set) throws FirewallFault {
        for (var heard = socket.told(); !heard.isEmpty(); heard = socket.told()) {
            for (var message : heard) {
                if (kind(message) == NEW_SET
                        && named(message, NAME_OF_TABLE).equals(Optional.of(table))
                        && named(message, NAME_OF_SET).equals(Optional.of(set))) {
                    own = message.getInt(PORT);
                }
            }
        }
    }

    /// Whether somebody else has changed our table since the last time; so it is when the kernel
    /// had more to tell than could wait.
    boolean disturbed() {
        boolean disturbed = false;
        try {
            for (var heard = socket.told(); !heard.isEmpty(); heard = socket.told()) {
                disturbed |= disturbs(heard);
            }
            return disturbed;
        } catch (FirewallFault e) {
            culprit = "somebody";
            return true;
        }
    }

    /// The process that did it last, as far as the kernel said.
    String culprit() {
        return culprit;
    }

    @Override
    public void close() {
        socket.close();
    }

    private boolean disturbs(List<ByteBuffer> heard) {
        boolean disturbed = false;
        for (var message : heard) {
            int from = message.getInt(PORT);
            if (kind(message) == NEW_GENERATION) {
                if (from == stranger) {
                    culprit = named(message, NAME_OF_PROCESS).orElse("somebody");
                }
            } else if (kind(message) >= 0
                    && from != own
                    && named(message, NAME_OF_TABLE).equals(Optional.of(table))) {
                disturbed = true;
                stranger = from;
            }
        }
        return disturbed;
    }

    /// What the message is, or -1 when it is not about nftables.
    private static int kind(ByteBuffer message) {
        int type = message.getShort(TYPE) & 0xFFFF;
        boolean ours = type >> 8 == SUBSYSTEM && message.capacity() >= NetlinkSocket.HEADERS;
        return ours ? type & 0xFF : -1;
    }

    private static Optional<String> named(ByteBuffer message, int attribute) {
        var parts = message.duplicate().order(message.order()).position(NetlinkSocket.HEADERS);
        return NetlinkAttribute.in(parts).stream()
                .filter(a -> a.type() == attribute)
                .map(NetlinkAttribute::text)
                .findFirst();
    }
}
