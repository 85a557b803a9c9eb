package org.surehop.core.config;

import java.time.Duration;

/// MQTT 5 telemetry, publish only. `uri` is `ssl://host:port`; `root`, `site` make the topic
/// tree. Certificate, key and trust are PEM files of their own; an empty certificate means none
/// is shown. `username` may be empty.
public record Mqtt(
        boolean enabled,
        String uri,
        String clientId,
        String root,
        String site,
        String trust,
        String certificate,
        SecretRef key,
        String username,
        SecretRef password,
        Duration keepAlive) {
    public Mqtt {
        Valid.positive("mqtt.keep-alive", keepAlive);
    }
}
