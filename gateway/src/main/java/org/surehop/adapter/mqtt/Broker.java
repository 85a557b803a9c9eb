package org.surehop.adapter.mqtt;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.SocketFactory;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttClientException;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;

/// One connection to the broker, for one life: never reconnected, so that nothing of an old
/// connection (numbers, topic aliases, half-sent messages) can reach a new one. The journal is the
/// store; the client keeps none.
final class Broker {
    /// How long one connect, or one acknowledgement, may take.
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final int FIRST_FAILURE = 0x80;

    /// How a connection is made.
    record Access(
            String uri,
            String clientId,
            SocketFactory sockets,
            String username,
            String password,
            Duration keepAlive) {
        @Override
        public String toString() {
            return "Access[" + uri + "]";
        }
    }

    /// What is sent where.
    record Post(String topic, MqttMessage message) {}

    private final MqttAsyncClient client;

    private Broker(MqttAsyncClient client) {
        this.client = client;
    }

    static Broker connect(Access access, Post will) throws MqttException {
        var client = new MqttAsyncClient(access.uri(), access.clientId(), new MemoryPersistence());
        try {
            client.connect(options(access, will)).waitForCompletion(PATIENCE.toMillis());
            return new Broker(client);
        } catch (MqttException e) {
            release(client);
            throw e;
        }
    }

    private static MqttConnectionOptions options(Access access, Post will) {
        var options = new MqttConnectionOptions();
        options.setCleanStart(true);
        options.setSessionExpiryInterval(0L);
        options.setAutomaticReconnect(false);
        options.setTopicAliasMaximum(0);
        options.setConnectionTimeout((int) PATIENCE.toSeconds());
        options.setKeepAliveInterval((int) access.keepAlive().toSeconds());
        options.setSocketFactory(access.sockets());
        options.setHttpsHostnameVerificationEnabled(true);
        options.setWill(will.topic(), will.message());
        if (!access.username().isEmpty()) {
            options.setUserName(access.username());
            options.setPassword(access.password().getBytes(StandardCharsets.UTF_8));
        }
        return options;
    }

    boolean connected() {
        return client.isConnected();
    }

    /// Publishes in order and waits; answers how many, from the first on, were acknowledged.
    int publish(List<Post> posts) {
        var tokens = new ArrayList<IMqttToken>();
        try {
            for (var post : posts) {
                tokens.add(client.publish(post.topic(), post.message()));
            }
        } catch (MqttException e) {
            // "Too many publishes in progress" only says: not more at once. Else the connection
            // is gone, and the waiting below finds that out.
            if (e.getReasonCode() == MqttClientException.REASON_CODE_MAX_INFLIGHT) {
                return acknowledged(tokens);
            }
        }
        return acknowledged(tokens);
    }

    private int acknowledged(List<IMqttToken> tokens) {
        var count = 0;
        for (var token : tokens) {
            try {
                token.waitForCompletion(PATIENCE.toMillis());
            } catch (MqttException e) {
                release(client);
                return count;
            }
            if (refused(token)) {
                return count;
            }
            count++;
        }
        return count;
    }

    /// PUBACK with a reason of failure, for example 0x87, not authorized (MQTT 5 §3.4.2.1).
    private static boolean refused(IMqttToken token) {
        var codes = token.getReasonCodes();
        if (codes == null) {
            return false;
        }
        for (var code : codes) {
            if (code >= FIRST_FAILURE) {
                return true;
            }
        }
        return false;
    }

    /// Says goodbye, so that the will is not sent.
    void disconnect() {
        try {
            client.disconnect(Duration.ofSeconds(1).toMillis()).waitForCompletion(2000);
        } catch (MqttException e) {
            // It is gone already.
        }
        release(client);
    }

    private static void release(MqttAsyncClient client) {
        try {
            client.disconnectForcibly(0, 0, false);
        } catch (MqttException e) {
            // It never was connected.
        }
        try {
            client.close(true);
        } catch (MqttException e) {
            // Nothing is left to release.
        }
    }
}
