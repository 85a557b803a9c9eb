package org.surehop.adapter.snmp;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.snmp4j.MessageDispatcherImpl;
import org.snmp4j.Snmp;
import org.snmp4j.event.CounterListener;
import org.snmp4j.mp.CounterSupport;
import org.snmp4j.mp.MPv3;
import org.snmp4j.security.AuthHMAC192SHA256;
import org.snmp4j.security.SecurityModel;
import org.snmp4j.security.SecurityModels;
import org.snmp4j.security.SecurityProtocols;
import org.snmp4j.security.SecurityProtocols.SecurityProtocolSet;
import org.snmp4j.security.USM;
import org.snmp4j.security.UsmUser;
import org.snmp4j.smi.OctetString;
import org.snmp4j.smi.UdpAddress;
import org.snmp4j.transport.DefaultUdpTransportMapping;

/// One SNMPv3 engine (RFC 3411) with a registry of protocols of its own: HMAC-192-SHA-256 (RFC
/// 7860) and AES-128 (RFC 3826) and nothing else. SNMPv1 and SNMPv2c have no message processing
/// model here, so such messages are dropped before they are read.
final class SnmpEngine implements AutoCloseable {
    private static final int ENTERPRISE = 32473;
    private static final int MAX_ID_OCTETS = 27;

    private final OctetString engineId;
    private final USM usm;
    private final MPv3 processing;
    private final MessageDispatcherImpl dispatcher;
    private final Snmp session;

    private SnmpEngine(OctetString engineId, int boots, DefaultUdpTransportMapping transport) {
        this.engineId = engineId;
        var counters = new CounterSupport();
        var protocols = protocols();
        usm = new USM(protocols, engineId, boots, counters);
        var models = SecurityModels.getCollection(new SecurityModel[] {usm});
        processing = new MPv3(engineId.getValue(), null, protocols, models, counters);
        dispatcher = new MessageDispatcherImpl();
        dispatcher.addMessageProcessingModel(processing);
        session = new Snmp(dispatcher, transport);
    }

    static SnmpEngine open(String gatewayId, int boots, String address, int port)
            throws IOException {
        var local = new UdpAddress(InetAddress.ofLiteral(address), port);
        return new SnmpEngine(engineId(gatewayId), boots, new DefaultUdpTransportMapping(local));
    }

    static SecurityProtocols protocols() {
        var protocols = new SecurityProtocols(SecurityProtocolSet.none);
        protocols.addAuthenticationProtocol(new AuthHMAC192SHA256());
        protocols.addPrivacyProtocol(new AesPrivacy());
        return protocols;
    }

    /// RFC 3411 §5, SnmpEngineID: our enterprise, then text (4), or octets (5) of a hash when the
    /// gateway's id is too long.
    static OctetString engineId(String gatewayId) {
        var id = gatewayId.getBytes(StandardCharsets.UTF_8);
        var format = 4;
        if (id.length == 0 || id.length > MAX_ID_OCTETS) {
            id = Arrays.copyOf(sha256(id), MAX_ID_OCTETS);
            format = 5;
        }
        var bytes = new byte[5 + id.length];
        bytes[0] = (byte) (0x80 | (ENTERPRISE >> 24));
        bytes[1] = (byte) (ENTERPRISE >> 16);
        bytes[2] = (byte) (ENTERPRISE >> 8);
        bytes[3] = (byte) ENTERPRISE;
        bytes[4] = (byte) format;
        System.arraycopy(id, 0, bytes, 5, id.length);
        return new OctetString(bytes);
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every provider has SHA-256", e);
        }
    }

    void addUser(String name, String authPassphrase, String privPassphrase) {
        var user = new OctetString(name);
        usm.addUser(
                new UsmUser(
                        user,
                        AuthHMAC192SHA256.ID,
                        new OctetString(authPassphrase),
                        AesPrivacy.ID,
                        new OctetString(privPassphrase)));
    }

    void addCounterListener(CounterListener listener) {
        dispatcher.addCounterListener(listener);
        processing.getCounterSupport().addCounterListener(listener);
    }

    OctetString engineId() {
        return engineId;
    }

    USM usm() {
        return usm;
    }

    MPv3 processing() {
        return processing;
    }

    MessageDispatcherImpl dispatcher() {
        return dispatcher;
    }

    Snmp session() {
        return session;
    }

    @Override
    public void close() throws IOException {
        session.close();
    }
}
