package org.surehop.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snmp4j.smi.Integer32;
import org.snmp4j.smi.OID;
import org.snmp4j.smi.OctetString;
import org.surehop.adapter.tls.TrialAuthority;
import org.surehop.adapter.tls.TrialCertificate;

/// The ends of the demonstration that take reports: they must not see more than came.
class ReceiversTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @TempDir static Path directory;
    private static SSLContext tls;
    private static SSLContext stranger;

    @BeforeAll
    static void keys() throws Exception {
        tls = context("ours");
        stranger = context("theirs");
    }

    private static SSLContext context(String name) throws Exception {
        var place = directory.resolve(name);
        var authority = TrialAuthority.create(place, name, InstantSource.system());
        authority.issue(TrialCertificate.tls("localhost"), place, "tls");
        return DemoTls.of(
                place.resolve("tls.pem"), place.resolve("tls.key"), place.resolve("ca.pem"));
    }

    @Test
    void aSubscriberGetsWhatIsPublishedAndWhatWasRetained() throws Exception {
        try (var broker = MqttBroker.start(tls, InetAddress.getLoopbackAddress())) {
            var publisher = client(broker, tls, new MqttConnectionOptions());
            publisher.publish("a/state", message("kept", 1, true));
            try (var listener = MqttListener.start("ssl://localhost:" + broker.port(), tls)) {
                publisher.publish("a/event", message("new", 1, false));
                for (var text : List.of("kept", "new")) {
                    var got = listener.inbox().await(m -> m.payload().equals(text), PATIENCE);
                    assertTrue(got.isPresent(), text);
                }
                assertEquals(2, broker.acknowledged());
                assertEquals(2, listener.inbox().all().size());
            }
            publisher.disconnect();
            publisher.close();
        }
    }

    @Test
    void aClientThatIsLostLeavesItsWill() throws Exception {
        try (var broker = MqttBroker.start(tls, InetAddress.getLoopbackAddress());
                var listener = MqttListener.start("ssl://localhost:" + broker.port(), tls)) {
            try (var lost = tls.getSocketFactory().createSocket("localhost", broker.port())) {
                new MqttPacket.Writer()
                        .text("MQTT")
                        .octet(5)
                        .octet(0x26)
                        .number(60)
                        .properties(new byte[0])
                        .text("lost")
                        .properties(new byte[0])
                        .text("a/state")
                        .text("offline")
                        .packet(MqttPacket.CONNECT, 0)
                        .write(lost.getOutputStream());
                var welcome = MqttPacket.read(lost.getInputStream());
                assertEquals(MqttPacket.CONNACK, welcome.type());
            }
            assertTrue(
                    listener.inbox()
                            .await(m -> m.payload().equals("offline"), PATIENCE)
                            .isPresent());
        }
    }

    @Test
    void aClientOfAnotherAuthorityIsTurnedAway() throws Exception {
        try (var broker = MqttBroker.start(tls, InetAddress.getLoopbackAddress())) {
            assertThrows(
                    MqttException.class,
                    () -> client(broker, stranger, new MqttConnectionOptions()));
        }
    }

    @Test
    void filtersFollowTheirLevels() {
        assertTrue(MqttBroker.matches("#", "a/b"));
        assertTrue(MqttBroker.matches("a/#", "a"));
        assertTrue(MqttBroker.matches("a/+/c", "a/b/c"));
        assertFalse(MqttBroker.matches("a/+", "a/b/c"));
        assertFalse(MqttBroker.matches("a/b", "a"));
    }

    @Test
    void notificationsAreReadByTheNamesOfTheMib() throws Exception {
        var mib = MibNames.read(Path.of("..", "mibs", "SUREHOP-MIB"));
        var verdict = mib.oid("surehopEventVerdict");
        assertEquals("surehopEventVerdict", mib.name(new OID(verdict).append(0)));
        assertEquals("assured", mib.text(verdict, new Integer32(1)));
        assertEquals("surehopCallAssured", mib.name(mib.oid("surehopCallAssured")));
        var date = new OctetString(new byte[] {7, (byte) 0xea, 11, 21, 22, 5, 9, 0, '+', 0, 0});
        assertEquals("2026-11-21 22:05:09", mib.text(mib.oid("surehopEventTime"), date));
    }

    @Test
    void onlyKeysOfTheShippedConfigurationCanBeReplaced() throws Exception {
        var config = DemoConfig.shipped(Path.of("..", "config", "surehop.yaml"));
        assertThrows(IllegalArgumentException.class, () -> config.set("mqtt.colour", "red"));
        config.set("mqtt.uri", "ssl://localhost:1");
        assertEquals(List.of("mqtt.uri"), config.replaced());
    }

    private static MqttClient client(
            MqttBroker broker, SSLContext context, MqttConnectionOptions options)
            throws MqttException {
        var client =
                new MqttClient("ssl://localhost:" + broker.port(), "test", new MemoryPersistence());
        options.setSocketFactory(context.getSocketFactory());
        client.connect(options);
        return client;
    }

    private static MqttMessage message(String text, int qos, boolean retained) {
        return new MqttMessage(text.getBytes(StandardCharsets.UTF_8), qos, retained, null);
    }
}
