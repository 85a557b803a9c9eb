package org.surehop.adapter.snmp;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.function.BiFunction;
import org.snmp4j.smi.Integer32;
import org.snmp4j.smi.OID;
import org.snmp4j.smi.OctetString;
import org.snmp4j.smi.UnsignedInteger32;
import org.snmp4j.smi.Variable;
import org.surehop.core.pinhole.OperStatus;
import org.surehop.core.pinhole.middlebox.PolicyRule;
import org.surehop.core.pinhole.middlebox.Terms;

/// `midcomRuleTable` of RFC 5190, column by column. What a pure firewall with rules that live in
/// memory has nothing to say about has the default of the module.
enum MidcomTable {
    ADMIN_STATUS(4, (r, _) -> number(r.status() == OperStatus.RESERVED ? 1 : 2)),
    OPER_STATUS(5, (r, _) -> number(r.status().number())),
    STORAGE_TYPE(6, (_, _) -> number(2)),
    STORAGE_TIME(7, (_, _) -> gauge(0)),
    ERROR(8, (_, _) -> new OctetString()),
    INTERFACE(9, (_, _) -> number(0)),
    FLOW_DIRECTION(10, (r, _) -> number(r.terms().direction().ordinal() + 1)),
    MAX_IDLE_TIME(11, (_, _) -> gauge(0)),
    TRANSPORT_PROTOCOL(12, (r, _) -> gauge(protocol(r.terms().protocol()))),
    PORT_RANGE(13, (r, _) -> number(r.terms().range() == 2 ? 2 : 1)),
    INTERNAL_VERSION(14, (r, _) -> version(r.terms().internal().address())),
    EXTERNAL_VERSION(15, (r, _) -> version(r.terms().external().address())),
    INTERNAL_ADDRESS(16, (r, _) -> address(r.terms().internal().address())),
    INTERNAL_PREFIX(17, (r, _) -> gauge(r.terms().internal().prefixLength())),
    INTERNAL_PORT(18, (r, _) -> gauge(r.terms().internal().port())),
    EXTERNAL_ADDRESS(19, (r, _) -> address(r.terms().external().address())),
    EXTERNAL_PREFIX(20, (r, _) -> gauge(r.terms().external().prefixLength())),
    EXTERNAL_PORT(21, (r, _) -> gauge(r.terms().external().port())),
    // A1 is A3: nothing here translates what the inside sends to (MID-7).
    INSIDE_ADDRESS(22, (r, _) -> address(r.terms().external().address())),
    INSIDE_PORT(23, (r, _) -> gauge(r.terms().external().port())),
    OUTSIDE_ADDRESS(24, (r, _) -> address(r.outside().address())),
    OUTSIDE_PORT(25, (r, _) -> gauge(r.outside().port())),
    LIFETIME(26, (r, at) -> seconds(r.remaining(at))),
    ROW_STATUS(27, (_, _) -> number(1));

    /// `midcomMIB`.
    static final OID ROOT = new OID("1.3.6.1.2.1.171");

    static final OID UNSOLICITED_RULE_EVENT = new OID(ROOT).append("0.1");

    private final OID column;
    private final BiFunction<PolicyRule, Instant, Variable> value;

    MidcomTable(int number, BiFunction<PolicyRule, Instant, Variable> value) {
        this.column = new OID("1.3.6.1.2.1.171.1.1.3.1." + number);
        this.value = value;
    }

    OID column() {
        return column;
    }

    OID instance(OID index) {
        return new OID(column).append(index);
    }

    Variable of(PolicyRule rule, Instant at) {
        return value.apply(rule, at);
    }

    /// `midcomRuleOwner`, `midcomGroupIndex`, `midcomRuleIndex`.
    static OID index(String owner, long group, long rule) {
        return index(owner, group).append((int) rule);
    }

    /// `midcomRuleOwner`, `midcomGroupIndex`: the owner's name with its length (RFC 2578 §7.7).
    static OID index(String owner, long group) {
        var octets = owner.getBytes(StandardCharsets.UTF_8);
        var length = Math.min(octets.length, MidcomRows.MOST_OWNER);
        var parts = new int[length + 2];
        parts[0] = length;
        for (int i = 0; i < length; i++) {
            parts[i + 1] = Byte.toUnsignedInt(octets[i]);
        }
        parts[length + 1] = (int) group;
        return new OID(parts);
    }

    /// Rounded up: what still lives never looks dead.
    static Variable seconds(Duration life) {
        return gauge((life.toMillis() + 999) / 1000);
    }

    private static Variable number(int value) {
        return new Integer32(value);
    }

    static Variable gauge(long value) {
        return new UnsignedInteger32(Math.min(value, 0xFFFF_FFFFL));
    }

    private static int protocol(Terms.Protocol protocol) {
        return switch (protocol) {
            case TCP -> 6;
            case UDP -> 17;
            case ANY -> 0;
        };
    }

    private static Variable version(InetAddress address) {
        return number(address instanceof Inet4Address ? 1 : 2);
    }

    private static Variable address(InetAddress address) {
        return new OctetString(address.getAddress());
    }
}
