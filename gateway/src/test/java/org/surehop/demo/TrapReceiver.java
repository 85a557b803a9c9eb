package org.surehop.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.snmp4j.CommandResponderEvent;
import org.snmp4j.MessageDispatcherImpl;
import org.snmp4j.PDU;
import org.snmp4j.Snmp;
import org.snmp4j.mp.MPv3;
import org.snmp4j.mp.SnmpConstants;
import org.snmp4j.mp.StateReference;
import org.snmp4j.mp.StatusInformation;
import org.snmp4j.security.AuthHMAC192SHA256;
import org.snmp4j.security.PrivAES128;
import org.snmp4j.security.SecurityLevel;
import org.snmp4j.security.SecurityModels;
import org.snmp4j.security.SecurityProtocols;
import org.snmp4j.security.USM;
import org.snmp4j.security.UsmUser;
import org.snmp4j.smi.OID;
import org.snmp4j.smi.OctetString;
import org.snmp4j.smi.UdpAddress;
import org.snmp4j.smi.Variable;
import org.snmp4j.smi.VariableBinding;
import org.snmp4j.transport.DefaultUdpTransportMapping;

/// Takes SNMPv3 notifications, traps and informs, of one user and only with authentication and
/// privacy (SHA-256, AES-128), and keeps what arrived.
final class TrapReceiver implements AutoCloseable {
    private final Snmp snmp;
    private final DefaultUdpTransportMapping transport;
    private final Inbox<Received> inbox = new Inbox<>();

    /// One notification: from where, inform or trap, its OID, and all variables.
    record Received(
            String from, boolean inform, OID notification, List<VariableBinding> variables) {
        /// The value of the column or scalar, if it is there.
        Optional<Variable> value(OID object) {
            return variables.stream()
                    .filter(v -> v.getOid().startsWith(object))
                    .map(VariableBinding::getVariable)
                    .findFirst();
        }
    }

    private TrapReceiver(Snmp snmp, DefaultUdpTransportMapping transport) {
        this.snmp = snmp;
        this.transport = transport;
    }

    /// Listens on a free UDP port of that address.
    static TrapReceiver start(InetAddress address, String user, String auth, String priv)
            throws IOException {
        SecurityProtocols.getInstance().addAuthenticationProtocol(new AuthHMAC192SHA256());
        SecurityProtocols.getInstance().addPrivacyProtocol(new PrivAES128());
        var engine = new OctetString(MPv3.createLocalEngineID());
        var usm = new USM(SecurityProtocols.getInstance(), engine, 0);
        usm.setEngineDiscoveryEnabled(true);
        SecurityModels.getInstance().addSecurityModel(usm);
        usm.addUser(
                new UsmUser(
                        new OctetString(user),
                        AuthHMAC192SHA256.ID,
                        new OctetString(auth),
                        PrivAES128.ID,
                        new OctetString(priv)));
        var dispatcher = new MessageDispatcherImpl();
        dispatcher.addMessageProcessingModel(new MPv3(usm));
        var transport = new DefaultUdpTransportMapping(new UdpAddress(address, 0));
        var receiver = new TrapReceiver(new Snmp(dispatcher, transport), transport);
        receiver.snmp.addCommandResponder(
                new org.snmp4j.CommandResponder() {
                    @Override
                    public <A extends org.snmp4j.smi.Address> void processPdu(
                            CommandResponderEvent<A> event) {
                        receiver.take(event);
                    }
                });
        receiver.snmp.listen();
        return receiver;
    }

    int port() {
        return transport.getListenAddress().getPort();
    }

    Inbox<Received> inbox() {
        return inbox;
    }

    @Override
    public void close() throws IOException {
        snmp.close();
    }

    private <A extends org.snmp4j.smi.Address> void take(CommandResponderEvent<A> event) {
        var pdu = event.getPDU();
        if (pdu == null || event.getSecurityLevel() != SecurityLevel.AUTH_PRIV) {
            return;
        }
        var inform = pdu.getType() == PDU.INFORM;
        if (inform || pdu.getType() == PDU.TRAP) {
            var bindings = pdu.getVariableBindings();
            var notification =
                    bindings.stream()
                            .filter(b -> b.getOid().equals(SnmpConstants.snmpTrapOID))
                            .map(b -> (OID) b.getVariable())
                            .findFirst();
            notification.ifPresent(
                    oid ->
                            inbox.add(
                                    new Received(
                                            event.getPeerAddress().toString(),
                                            inform,
                                            oid,
                                            List.copyOf(bindings))));
        }
        if (inform) {
            answer(event);
        }
        event.setProcessed(true);
    }

    /// An inform is acknowledged by a response with the same variables (RFC 3416 §4.2.7).
    private <A extends org.snmp4j.smi.Address> void answer(CommandResponderEvent<A> event) {
        var response = (PDU) event.getPDU().clone();
        response.setType(PDU.RESPONSE);
        response.setErrorIndex(0);
        response.setErrorStatus(0);
        StateReference<A> reference = event.getStateReference();
        try {
            event.getMessageDispatcher()
                    .returnResponsePdu(
                            event.getMessageProcessingModel(),
                            event.getSecurityModel(),
                            event.getSecurityName(),
                            event.getSecurityLevel(),
                            response,
                            event.getMaxSizeResponsePDU(),
                            reference,
                            new StatusInformation());
        } catch (org.snmp4j.MessageException e) {
            System.err.println("snmp receiver: an inform was not answered: " + e.getMessage());
        }
    }
}
