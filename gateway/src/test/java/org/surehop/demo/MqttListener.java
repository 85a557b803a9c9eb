package org.surehop.demo;

import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLContext;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;

/// Subscribes to everything at the broker and keeps what comes: the operator's end of MQTT.
final class MqttListener implements AutoCloseable {
    private final MqttClient client;
    private final Inbox<Message> inbox = new Inbox<>();

    /// One message as it came.
    record Message(String topic, String payload) {}

    private MqttListener(MqttClient client) {
        this.client = client;
    }

    static MqttListener start(String uri, SSLContext tls) throws MqttException {
        var client = new MqttClient(uri, "demo-operator", new MemoryPersistence());
        var listener = new MqttListener(client);
        client.setCallback(listener.new Callback());
        var options = new MqttConnectionOptions();
        options.setSocketFactory(tls.getSocketFactory());
        options.setAutomaticReconnect(false);
        client.connect(options);
        client.subscribe("#", 0);
        return listener;
    }

    Inbox<Message> inbox() {
        return inbox;
    }

    @Override
    public void close() throws MqttException {
        client.disconnect();
        client.close();
    }

    private final class Callback implements MqttCallback {
        @Override
        public void messageArrived(String topic, MqttMessage message) {
            inbox.add(new Message(topic, new String(message.getPayload(), StandardCharsets.UTF_8)));
        }

        @Override
        public void disconnected(MqttDisconnectResponse response) {}

        @Override
        public void mqttErrorOccurred(MqttException exception) {}

        @Override
        public void deliveryComplete(IMqttToken token) {}

        @Override
        public void connectComplete(boolean reconnect, String serverUri) {}

        @Override
        public void authPacketArrived(int reasonCode, MqttProperties properties) {}
    }
}
