package org.surehop.app;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.surehop.adapter.tls.CredentialException;
import org.surehop.adapter.tls.TlsSockets;
import org.surehop.core.authentication.Account;
import org.surehop.core.config.GatewayConfig;

/// What may change while the gateway runs: assurance, timers, TLS with its files, the users' file
/// of Digest, and the rules for users. All else takes effect only with a restart, and a file that
/// changes it is refused whole rather than half taken. Used once.
final class Reload {
    private final Path file;
    private final GatewayConfig running;
    private final TlsSockets sockets;
    private final InstantSource clock;
    private Optional<List<Account>> users = Optional.empty();

    Reload(Path file, GatewayConfig running, TlsSockets sockets, InstantSource clock) {
        this.file = file;
        this.running = running;
        this.sockets = sockets;
        this.clock = clock;
    }

    /// The users that were read when there was no objection.
    Optional<List<Account>> users() {
        return users;
    }

    /// Why the file cannot be taken; empty when TLS has taken its part already.
    List<String> objections(GatewayConfig next) {
        var objections = new ArrayList<String>();
        var wanted = fixed(next);
        fixed(running)
                .forEach(
                        (key, value) -> {
                            if (!value.equals(wanted.get(key))) {
                                objections.add(
                                        file
                                                + ": "
                                                + key
                                                + ": takes effect only with a restart,"
                                                + " expected what is in force");
                            }
                        });
        DeploymentCheck.of(file, next, clock).forEach(f -> objections.add(f.sentence()));
        if (objections.isEmpty()) {
            take(next, objections);
        }
        return objections;
    }

    /// The users first: a fault in their file leaves TLS as it is.
    private void take(GatewayConfig next, List<String> objections) {
        try {
            var accounts = Door.accounts(next);
            sockets.reload(next.tls());
            users = Optional.of(accounts);
        } catch (StartFault e) {
            objections.add(file + ": " + e.getMessage());
        } catch (CredentialException e) {
            objections.add(file + ": tls: " + e.getMessage());
        }
    }

    private static Map<String, Object> fixed(GatewayConfig config) {
        var fixed = new LinkedHashMap<String, Object>();
        fixed.put("gateway", config.gateway());
        fixed.put("listeners", config.listeners());
        fixed.put("tls.handshake-timeout", config.tls().handshakeTimeout());
        fixed.put("smime", config.smime());
        fixed.put("peers", config.peers());
        fixed.put("routes", config.routes());
        fixed.put("assurance.notify-body-type", config.assurance().notifyBodyType());
        fixed.put("disclosure", config.disclosure().forAll());
        fixed.put("services", config.services());
        fixed.put("pinholes", config.pinholes());
        fixed.put("limits", config.limits());
        fixed.put("journal", config.journal());
        fixed.put("snmp", config.snmp());
        fixed.put("mqtt", config.mqtt());
        fixed.put("authentication", config.authentication());
        fixed.put("upkeep", config.upkeep());
        return fixed;
    }
}
