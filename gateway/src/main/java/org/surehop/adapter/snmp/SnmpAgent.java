package org.surehop.adapter.snmp;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.snmp4j.agent.CommandProcessor;
import org.snmp4j.agent.DefaultMOServer;
import org.snmp4j.agent.DuplicateRegistrationException;
import org.snmp4j.agent.mo.snmp.SNMPv2MIB;
import org.snmp4j.agent.mo.snmp.StorageType;
import org.snmp4j.agent.mo.snmp.VacmMIB;
import org.snmp4j.agent.security.MutableVACM;
import org.snmp4j.security.SecurityLevel;
import org.snmp4j.security.SecurityModel;
import org.snmp4j.smi.Integer32;
import org.snmp4j.smi.OID;
import org.snmp4j.smi.OctetString;
import org.snmp4j.smi.UdpAddress;
import org.surehop.core.config.SecretRef;
import org.surehop.core.config.Snmp;
import org.surehop.core.gateway.Status;
import org.surehop.core.report.PartHealth;
import org.surehop.core.report.PartHealth.Part;
import org.surehop.core.report.PartHealth.State;
import org.surehop.core.report.Sink;

/// The SNMPv3 agent and the senders of notifications. Answers from its own threads with the status
/// that the supplier gives; nothing can be written but the request for an update, where that is
/// configured.
public final class SnmpAgent implements AutoCloseable {
    private static final int MIN_PASSPHRASE = 8;
    private static final OctetString GROUP = new OctetString("surehop");
    private static final OctetString VIEW = new OctetString("surehop");
    private static final OctetString UPDATERS = new OctetString("surehop-update");
    private static final OctetString UPDATE_VIEW = new OctetString("surehop-update");
    private static final OctetString NO_VIEW = new OctetString();
    private static final OID SYS_OBJECT_ID = new OID("1.3.6.1.4.1.32473.3.1");
    // system, snmp, midcomMIB, snmpEngine, surehop
    private static final String[] READABLE = {
        "1.3.6.1.2.1.1",
        "1.3.6.1.2.1.11",
        "1.3.6.1.2.1.171",
        "1.3.6.1.6.3.10.2.1",
        "1.3.6.1.4.1.32473"
    };

    private final Snmp config;
    private final SnmpEngine engine;
    private final List<ReceiverSink> sinks;

    private SnmpAgent(Snmp config, SnmpEngine engine, List<ReceiverSink> sinks) {
        this.config = config;
        this.engine = engine;
        this.sinks = List.copyOf(sinks);
    }

    /// Starts to answer. `secrets` reads a reference, empty when it cannot; `status` is asked from
    /// the agent's threads and must not block.
    public static SnmpAgent open(
            Snmp config,
            Status.Box box,
            Function<SecretRef, Optional<String>> secrets,
            Supplier<Status> status)
            throws SnmpFault {
        return open(config, new Answering(box, status, "", UpdateRequests.NONE), secrets);
    }

    /// What it answers with: who we are and how, and who hears of requests for an update, which
    /// only `updateUser` may make.
    public record Answering(
            Status.Box box, Supplier<Status> status, String updateUser, UpdateRequests updates) {}

    /// The same on a box that may be asked for an update.
    public static SnmpAgent open(
            Snmp config, Answering answering, Function<SecretRef, Optional<String>> secrets)
            throws SnmpFault {
        var box = answering.box();
        var passphrases = passphrases(config, secrets);
        var addresses = new ArrayList<UdpAddress>();
        for (var receiver : config.receivers()) {
            addresses.add(address(config, receiver));
        }
        var boots = EngineBoots.next(Path.of(config.stateDirectory()));
        var engine = listen(config, box.id(), boots);
        for (int i = 0; i < passphrases.size(); i++) {
            var user = config.users().get(i);
            engine.addUser(user.name(), passphrases.get(i).auth(), passphrases.get(i).priv());
        }
        var sinks = new ArrayList<ReceiverSink>();
        for (int i = 0; i < addresses.size(); i++) {
            var receiver = config.receivers().get(i);
            var midcom = config.midcomNotifications();
            sinks.add(new ReceiverSink(receiver, engine, box.id(), addresses.get(i), midcom));
        }
        var agent = new SnmpAgent(config, engine, sinks);
        agent.answer(answering);
        return agent;
    }

    private record Passphrases(String auth, String priv) {
        @Override
        public String toString() {
            return "Passphrases[...]";
        }
    }

    private static List<Passphrases> passphrases(
            Snmp config, Function<SecretRef, Optional<String>> secrets) throws SnmpFault {
        var all = new ArrayList<Passphrases>();
        for (var user : config.users()) {
            var auth = passphrase(user.name(), "auth", user.authPassphrase(), secrets);
            var priv = passphrase(user.name(), "priv", user.privPassphrase(), secrets);
            all.add(new Passphrases(auth, priv));
        }
        return all;
    }

    private static String passphrase(
            String user, String what, SecretRef ref, Function<SecretRef, Optional<String>> secrets)
            throws SnmpFault {
        var key = "snmp.users[" + user + "]." + what + "-passphrase: " + ref;
        var secret =
                secrets.apply(ref)
                        .orElseThrow(
                                () ->
                                        new SnmpFault(
                                                SnmpFault.Kind.SECRET_UNREADABLE,
                                                key + " cannot be read: name a readable secret."));
        if (secret.length() < MIN_PASSPHRASE) {
            throw new SnmpFault(
                    SnmpFault.Kind.PASSPHRASE_SHORT,
                    key + " is too short: give at least " + MIN_PASSPHRASE + " characters.");
        }
        return secret;
    }

    private static UdpAddress address(Snmp config, Snmp.Receiver receiver) throws SnmpFault {
        var key = "snmp.receivers[" + receiver.name() + "]";
        if (config.users().stream().noneMatch(u -> u.name().equals(receiver.user()))) {
            throw new SnmpFault(
                    SnmpFault.Kind.RECEIVER,
                    key + ".user: " + receiver.user() + " is none of snmp.users: name one.");
        }
        try {
            return new UdpAddress(InetAddress.ofLiteral(receiver.address()), receiver.port());
        } catch (IllegalArgumentException e) {
            throw new SnmpFault(
                    SnmpFault.Kind.RECEIVER,
                    key + ".address: " + receiver.address() + " is no IP address: give one.",
                    e);
        }
    }

    private static SnmpEngine listen(Snmp config, String id, int boots) throws SnmpFault {
        try {
            return SnmpEngine.open(id, boots, config.address(), config.port());
        } catch (IOException | IllegalArgumentException e) {
            throw new SnmpFault(
                    SnmpFault.Kind.PORT,
                    "snmp.port: UDP "
                            + config.address()
                            + " port "
                            + config.port()
                            + " cannot be listened on: name a free address and port.",
                    e);
        }
    }

    private void answer(Answering answering) throws SnmpFault {
        var box = answering.box();
        var server = new DefaultMOServer();
        server.addContext(new OctetString());
        var system =
                new SNMPv2MIB(
                        new OctetString("Surehop " + box.version() + ", SIP edge security gateway"),
                        SYS_OBJECT_ID,
                        new Integer32(72));
        system.setName(new OctetString(box.name()));
        var vacm = vacm(server, answering.updateUser());
        try {
            system.registerMOs(server, null);
            server.register(new StatusObjects(answering.status(), answering.updates()), null);
            server.register(new MidcomObjects(answering.status()), null);
        } catch (DuplicateRegistrationException e) {
            throw new IllegalStateException("two managed objects of one name", e);
        }
        var processor = new CommandProcessor(engine.engineId());
        processor.addMOServer(server);
        processor.setVacm(vacm);
        processor.addCounterListener(system);
        engine.addCounterListener(system);
        engine.dispatcher().addCommandResponder(processor);
        try {
            engine.session().listen();
        } catch (IOException e) {
            throw new SnmpFault(SnmpFault.Kind.PORT, "snmp.port: cannot be listened on.", e);
        }
    }

    private VacmMIB vacm(DefaultMOServer server, String updateUser) {
        var vacm = new VacmMIB(new DefaultMOServer[] {server});
        for (var user : config.users()) {
            vacm.addGroup(
                    SecurityModel.SECURITY_MODEL_USM,
                    new OctetString(user.name()),
                    user.name().equals(updateUser) ? UPDATERS : GROUP,
                    StorageType.permanent);
        }
        access(vacm, GROUP, NO_VIEW);
        access(vacm, UPDATERS, UPDATE_VIEW);
        vacm.addViewTreeFamily(
                UPDATE_VIEW,
                StatusObjects.UPDATE_REQUEST,
                new OctetString(),
                VacmMIB.vacmViewIncluded,
                StorageType.permanent);
        for (var subtree : READABLE) {
            vacm.addViewTreeFamily(
                    VIEW,
                    new OID(subtree),
                    new OctetString(),
                    VacmMIB.vacmViewIncluded,
                    StorageType.permanent);
        }
        return vacm;
    }

    private static void access(VacmMIB vacm, OctetString group, OctetString mayWrite) {
        vacm.addAccess(
                group,
                new OctetString(),
                SecurityModel.SECURITY_MODEL_USM,
                SecurityLevel.AUTH_PRIV,
                MutableVACM.VACM_MATCH_EXACT,
                VIEW,
                mayWrite,
                VIEW,
                StorageType.permanent);
    }

    /// The name of the journal's cursor for a receiver.
    public static String sinkName(Snmp.Receiver receiver) {
        return "snmp:" + receiver.name();
    }

    /// One sink per configured receiver.
    public List<Sink> sinks() {
        return List.copyOf(sinks);
    }

    public PartHealth health() {
        var silent = sinks.stream().filter(s -> !s.reached()).map(Sink::name).toList();
        if (!silent.isEmpty()) {
            return new PartHealth(
                    Part.SNMP, State.DEGRADED, "no acknowledgement from " + silent.getFirst());
        }
        // Who takes traps must know the engine (RFC 3414 §4): here an operator finds it.
        var engineId = "0x" + engine.engineId().toHexString().replace(":", "");
        return new PartHealth(
                Part.SNMP,
                State.UP,
                "answers on %s:%d, engine %s".formatted(config.address(), config.port(), engineId));
    }

    @Override
    public void close() {
        try {
            engine.close();
        } catch (IOException e) {
            throw new IllegalStateException("closing the SNMP socket", e);
        }
    }
}
