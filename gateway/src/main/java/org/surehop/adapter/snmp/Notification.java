package org.surehop.adapter.snmp;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.snmp4j.PDU;
import org.snmp4j.ScopedPDU;
import org.snmp4j.mp.SnmpConstants;
import org.snmp4j.smi.Counter64;
import org.snmp4j.smi.Integer32;
import org.snmp4j.smi.OID;
import org.snmp4j.smi.OctetString;
import org.snmp4j.smi.TimeTicks;
import org.snmp4j.smi.UnsignedInteger32;
import org.snmp4j.smi.Variable;
import org.snmp4j.smi.VariableBinding;
import org.surehop.core.report.CallKey;
import org.surehop.core.report.JournalEntry;
import org.surehop.core.report.Notice;
import org.surehop.core.report.NoticeKind;

/// A journal entry as an SNMPv2 notification of `SUREHOP-MIB`, with all its objects.
final class Notification {
    private static final String TYPES = "1.3.6.1.4.1.32473.2.1.0.";
    private static final String OBJECTS = "1.3.6.1.4.1.32473.2.1.1.6.";

    /// A longer list of a notice is cut: it names what a call may have and no more.
    private static final int MOST_RULES = 256;

    private Notification() {}

    /// The notification's name.
    static OID type(Notice notice) {
        var number =
                switch (notice.kind()) {
                    case VERDICT, VERDICT_CHANGED -> Words.verdict(notice) == 1 ? 1 : 2;
                    case CALL_REFUSED, E2E_SEC_REJECTED, INJECTED_REJECTED -> 3;
                    case PINHOLE_OPEN -> 4;
                    case PINHOLE_CLOSE, PINHOLE_EXPIRED -> 5;
                    case E2E_SEC_BROKEN,
                            INJECTED,
                            FORGED_NOTIFY,
                            SILENT_HOP,
                            INGRESS_NOT_SECURE,
                            UNDECIPHERABLE,
                            SIGNATURE_REQUIRED,
                            BAD_SIGNATURE,
                            SIGNER_CHANGED,
                            ANSWER_UNSECURED,
                            DOWNGRADE_415,
                            SRTP_KEY_EXPOSED,
                            CEK_LOST,
                            IDENTITY_MISMATCH,
                            ARCHIVE_FAILED,
                            LOCATION_ROUTED,
                            LOCATION_UNUSED,
                            EMERGENCY_BYPASS,
                            PINHOLE_REFRESH,
                            PINHOLE_FAILED,
                            PINHOLE_NO_MEDIA,
                            CALL_ENDED,
                            LIMIT_EXCEEDED,
                            MALFORMED_INPUT,
                            PEER_REJECTED,
                            CERT_EXPIRING,
                            CREDENTIALS_REFUSED,
                            STARTED,
                            STOPPED,
                            CONFIG_CHANGED,
                            CONFIG_REFUSED,
                            JOURNAL_SET_ASIDE,
                            INTERNAL_ERROR,
                            UPDATE_REQUESTED,
                            UPDATE_INSTALLING,
                            UPDATE_INSTALLED,
                            UPDATE_REFUSED,
                            UPDATE_CONFIRMED,
                            UPDATE_FAILED,
                            UPDATE_ROLLED_BACK,
                            HEALTH_LOST,
                            BOX_RESET,
                            UPDATE_KEYRING ->
                            6;
                };
        return new OID(TYPES + number);
    }

    /// Rules of RFC 5190 that the entry says have ended by themselves, as
    /// `midcomUnsolicitedRuleEvent`: one for each, and at most as many as one call may have.
    static List<ScopedPDU> ofRules(JournalEntry entry, Duration upTime, boolean inform) {
        var details = entry.notice().details();
        if (entry.notice().kind() != NoticeKind.PINHOLE_EXPIRED
                || !details.containsKey("oper-status")) {
            return List.of();
        }
        var status = new Integer32(Integer.parseInt(details.get("oper-status")));
        var group = Long.parseLong(details.getOrDefault("group", "1"));
        var owner = details.getOrDefault("owner", "");
        return Arrays.stream(details.getOrDefault("rules", "").split(" "))
                .filter(r -> !r.isEmpty() && r.chars().allMatch(Character::isDigit))
                .limit(MOST_RULES)
                .map(r -> MidcomTable.index(owner, group, Long.parseLong(r)))
                .map(index -> ended(index, status, upTime, inform))
                .toList();
    }

    private static ScopedPDU ended(OID index, Integer32 status, Duration upTime, boolean inform) {
        var pdu = headed(MidcomTable.UNSOLICITED_RULE_EVENT, upTime, inform);
        pdu.add(new VariableBinding(MidcomTable.OPER_STATUS.instance(index), status));
        var nothing = new UnsignedInteger32(0);
        pdu.add(new VariableBinding(MidcomTable.LIFETIME.instance(index), nothing));
        return pdu;
    }

    private static ScopedPDU headed(OID type, Duration upTime, boolean inform) {
        var pdu = new ScopedPDU();
        pdu.setType(inform ? PDU.INFORM : PDU.NOTIFICATION);
        var ticks = (upTime.toMillis() / 10) & 0xffff_ffffL;
        pdu.add(new VariableBinding(SnmpConstants.sysUpTime, new TimeTicks(ticks)));
        pdu.add(new VariableBinding(SnmpConstants.snmpTrapOID, type));
        return pdu;
    }

    static ScopedPDU of(JournalEntry entry, String gatewayId, Duration upTime, boolean inform) {
        var notice = entry.notice();
        var pdu = headed(type(notice), upTime, inform);
        var call = notice.call();
        add(pdu, 1, new Counter64(entry.seq()));
        add(pdu, 2, Words.dateAndTime(notice.at()));
        add(pdu, 3, new Integer32(notice.kind().number()));
        add(pdu, 4, new Integer32(notice.severity().ordinal() + 1));
        add(pdu, 5, call.map(c -> Words.text(c.callId().value())).orElseGet(OctetString::new));
        add(pdu, 6, call.map(c -> Words.text(c.fromTag())).orElseGet(OctetString::new));
        add(pdu, 7, new UnsignedInteger32(call.map(CallKey::cseq).orElse(0L)));
        add(pdu, 8, call.map(c -> Words.text(c.method().name())).orElseGet(OctetString::new));
        add(pdu, 9, new Integer32(notice.leg().map(leg -> leg.ordinal() + 1).orElse(0)));
        add(pdu, 10, new Integer32(Words.verdict(notice)));
        add(pdu, 11, new Integer32(notice.reason().number()));
        add(pdu, 12, Words.detail(notice.details()));
        add(pdu, 13, Words.text(gatewayId));
        add(pdu, 14, Words.text(entry.bootId()));
        return pdu;
    }

    private static void add(PDU pdu, int object, Variable value) {
        pdu.add(new VariableBinding(new OID(OBJECTS + object + ".0"), value));
    }
}
