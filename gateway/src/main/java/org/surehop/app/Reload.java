package org.surehop.app;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.surehop.adapter.tls.CredentialException;
import org.surehop.adapter.tls.TlsSockets;
import org.surehop.core.config.GatewayConfig;

/// What may change while the gateway runs: assurance, timers, and TLS with its files. All else
/// takes effect only with a restart, and a file that changes it is refused whole rather than
/// half taken.
record Reload(Path file, GatewayConfig running, TlsSockets sockets, InstantSource clock) {

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
            try {
                sockets.reload(next.tls());
            } catch (CredentialException e) {
                objections.add(file + ": tls: " + e.getMessage());
            }
        }
        return objections;
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
        fixed.put("disclosure", config.disclosure());
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
