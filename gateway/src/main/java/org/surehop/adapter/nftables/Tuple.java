package org.surehop.adapter.nftables;

/// One direction of a connection as the kernel tracks it. CTA_TUPLE_IP is part 1 with addresses 1
/// to 4, CTA_TUPLE_PROTO is part 2 with number 1 and ports 2 and 3.
record Tuple(byte[] source, byte[] destination, int protocol, int from, int to) {
    static Tuple read(NetlinkAttribute tuple) {
        byte[] source = {};
        byte[] destination = {};
        int protocol = 0;
        int from = 0;
        int to = 0;
        for (var part : tuple.inside()) {
            for (var field : part.inside()) {
                switch (part.type() * 10 + field.type()) {
                    case 11, 13 -> source = field.value();
                    case 12, 14 -> destination = field.value();
                    case 21 -> protocol = field.number();
                    case 22 -> from = field.number();
                    case 23 -> to = field.number();
                    default -> {}
                }
            }
        }
        return new Tuple(source, destination, protocol, from, to);
    }
}
