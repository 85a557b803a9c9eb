package org.surehop.adapter.snmp;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Optional;
import java.util.function.Function;
import org.snmp4j.PDU;
import org.snmp4j.ScopedPDU;
import org.snmp4j.UserTarget;
import org.snmp4j.mp.SnmpConstants;
import org.snmp4j.security.SecurityLevel;
import org.snmp4j.smi.OID;
import org.snmp4j.smi.OctetString;
import org.snmp4j.smi.UdpAddress;
import org.snmp4j.smi.VariableBinding;
import org.surehop.core.config.SecretRef;
import org.surehop.core.config.Snmp;

/// Asks our own agent for `surehopId`, as a manager on this machine would: over UDP, with the first
/// configured user, authenticated and encrypted. Waits at most four seconds.
public final class AgentProbe {
    private static final long TIMEOUT_MILLIS = 2_000;
    private static final OID ID = new OID("1.3.6.1.4.1.32473.2.1.1.1.1.0");

    private AgentProbe() {}

    /// Why the answer is not what it should be; empty when it is. `secrets` reads a reference.
    public static Optional<String> ask(
            Snmp config, Function<SecretRef, Optional<String>> secrets, String gatewayId) {
        if (config.users().isEmpty()) {
            return Optional.empty();
        }
        var user = config.users().getFirst();
        var auth = secrets.apply(user.authPassphrase());
        var priv = secrets.apply(user.privPassphrase());
        if (auth.isEmpty() || priv.isEmpty()) {
            return Optional.of("a passphrase of " + user.name() + " cannot be read");
        }
        var agent = loopback(config.address());
        try (var engine = SnmpEngine.open(gatewayId + "-health", 1, agent.getHostAddress(), 0)) {
            engine.addUser(user.name(), auth.get(), priv.get());
            engine.session().listen();
            return ask(
                    engine, target(user.name(), new UdpAddress(agent, config.port())), gatewayId);
        } catch (IOException e) {
            return Optional.of("cannot be asked: " + e.getMessage());
        }
    }

    private static Optional<String> ask(
            SnmpEngine engine, UserTarget<UdpAddress> target, String gatewayId) throws IOException {
        var pdu = new ScopedPDU();
        pdu.setType(PDU.GET);
        pdu.add(new VariableBinding(ID));
        var event = engine.session().send(pdu, target);
        var answer = event == null ? null : event.getResponse();
        if (answer == null) {
            return Optional.of("does not answer");
        }
        var said = answer.size() == 0 ? "" : answer.get(0).getVariable().toString();
        return answer.getType() == PDU.RESPONSE && said.equals(gatewayId)
                ? Optional.empty()
                : Optional.of("answers something else than surehopId");
    }

    private static UserTarget<UdpAddress> target(String user, UdpAddress address) {
        var target = new UserTarget<UdpAddress>();
        target.setAddress(address);
        target.setVersion(SnmpConstants.version3);
        target.setSecurityLevel(SecurityLevel.authPriv.getSnmpValue());
        target.setSecurityName(new OctetString(user));
        target.setTimeout(TIMEOUT_MILLIS);
        target.setRetries(1);
        return target;
    }

    /// Where an agent that listens everywhere is reached from this machine.
    private static InetAddress loopback(String address) {
        var at = InetAddress.ofLiteral(address);
        if (!at.isAnyLocalAddress()) {
            return at;
        }
        return InetAddress.ofLiteral(address.contains(":") ? "::1" : "127.0.0.1");
    }
}
