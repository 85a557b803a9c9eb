package org.surehop.adapter.mqtt;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;
import org.surehop.core.gateway.Status;
import org.surehop.core.report.CallKey;
import org.surehop.core.report.JournalEntry;
import org.surehop.core.report.Json;
import org.surehop.core.report.PartHealth;

/// The messages: JSON as `event.schema.json` and `status.schema.json` describe it, with the
/// attributes of CloudEvents 1.0 as MQTT 5 user properties (binary mode).
final class Payloads {
    private static final String JSON = "application/json";
    private static final int AT_LEAST_ONCE = 1;

    private Payloads() {}

    static MqttMessage event(Topics topics, JournalEntry entry) {
        var message = message(event(topics.id(), entry));
        var notice = entry.notice();
        var attributes = new ArrayList<UserProperty>();
        attributes.add(new UserProperty("specversion", "1.0"));
        attributes.add(new UserProperty("id", entry.bootId() + "-" + entry.seq()));
        attributes.add(new UserProperty("source", "/" + topics.site() + "/" + topics.id()));
        var type = "org.surehop." + notice.kind().wireName() + ".v1";
        attributes.add(new UserProperty("type", type));
        attributes.add(new UserProperty("time", notice.at().toString()));
        // A Call-ID is quoted as JSON does it: a user property may hold no control character.
        notice.call()
                .map(call -> Json.write(call.callId().value()))
                .map(quoted -> quoted.substring(1, quoted.length() - 1))
                .ifPresent(subject -> attributes.add(new UserProperty("subject", subject)));
        message.getProperties().setUserProperties(attributes);
        return message;
    }

    private static Map<String, Object> event(String gatewayId, JournalEntry entry) {
        var notice = entry.notice();
        var event = new LinkedHashMap<String, Object>();
        event.put("seq", entry.seq());
        event.put("bootid", entry.bootId());
        event.put("gateway", gatewayId);
        event.put("time", notice.at().toString());
        event.put("kind", notice.kind().wireName());
        event.put("number", notice.kind().number());
        event.put("severity", notice.severity().name().toLowerCase(Locale.ROOT));
        event.put("reason", notice.reason().wireName());
        var verdict = notice.details().get("verdict");
        if (verdict != null) {
            event.put("verdict", verdict);
        }
        notice.leg().ifPresent(leg -> event.put("leg", leg.name()));
        notice.call().ifPresent(call -> event.put("call", call(call)));
        event.put("details", notice.details());
        return event;
    }

    private static Map<String, Object> call(CallKey key) {
        var call = new LinkedHashMap<String, Object>();
        call.put("callId", key.callId().value());
        call.put("fromTag", key.fromTag());
        call.put("cseq", key.cseq());
        call.put("method", key.method().name());
        return call;
    }

    /// What the broker says when we are gone without a word.
    static MqttMessage offline(String bootId) {
        var map = new LinkedHashMap<String, Object>();
        map.put("state", "offline");
        map.put("bootid", bootId);
        return retained(map);
    }

    static MqttMessage status(Status status) {
        var map = new LinkedHashMap<String, Object>();
        map.put("state", status.state() == PartHealth.State.UP ? "online" : "degraded");
        map.put("bootid", status.box().bootId());
        map.put("since", status.snapshot().startedAt().toString());
        var parts = new LinkedHashMap<String, String>();
        for (var part : status.parts()) {
            parts.put(part.part().wireName(), part.state().wireName());
        }
        map.put("parts", parts);
        return retained(map);
    }

    static MqttMessage info(Status.Box box) {
        var map = new LinkedHashMap<String, Object>();
        map.put("model", "surehop");
        map.put("id", box.id());
        map.put("name", box.name());
        map.put("version", box.version());
        map.put("bootid", box.bootId());
        map.put("schemas", List.of("urn:surehop:schema:event:v1", "urn:surehop:schema:status:v1"));
        return retained(map);
    }

    private static MqttMessage retained(Map<String, Object> json) {
        var message = message(json);
        message.setRetained(true);
        return message;
    }

    private static MqttMessage message(Map<String, Object> json) {
        var message = new MqttMessage(Json.write(json).getBytes(StandardCharsets.UTF_8));
        message.setQos(AT_LEAST_ONCE);
        var properties = new MqttProperties();
        properties.setContentType(JSON);
        properties.setPayloadFormat(true);
        message.setProperties(properties);
        return message;
    }
}
