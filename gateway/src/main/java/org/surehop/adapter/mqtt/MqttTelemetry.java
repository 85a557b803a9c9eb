package org.surehop.adapter.mqtt;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SSLSocketFactory;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.surehop.core.config.Mqtt;
import org.surehop.core.config.SecretRef;
import org.surehop.core.gateway.Status;
import org.surehop.core.report.JournalEntry;
import org.surehop.core.report.PartHealth;
import org.surehop.core.report.PartHealth.Part;
import org.surehop.core.report.PartHealth.State;
import org.surehop.core.report.Sink;

/// The telemetry connection: one thread keeps it up and the retained status true, the journal's
/// thread calls [#deliver]. Nothing is subscribed to: whoever steals the broker's password commands
/// nothing here.
public final class MqttTelemetry implements Sink, AutoCloseable {
    /// The name of the journal's cursor.
    public static final String SINK = "mqtt";

    private static final Logger LOG = LoggerFactory.getLogger(MqttTelemetry.class);
    private static final Duration FIRST_WAIT = Duration.ofMillis(500);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
    private static final Duration LOOK = Duration.ofMillis(500);

    private final Broker.Access access;
    private final Topics topics;
    private final Status.Box box;
    private final Supplier<Status> status;
    private final AtomicReference<Optional<Broker>> broker =
            new AtomicReference<>(Optional.empty());
    private final Thread keeper;
    private volatile boolean closing;
    private volatile String trouble = "not connected yet";
    private String told = "";

    private MqttTelemetry(
            Broker.Access access, Topics topics, Status.Box box, Supplier<Status> status) {
        this.access = access;
        this.topics = topics;
        this.box = box;
        this.status = status;
        this.keeper = Thread.ofPlatform().name("mqtt").daemon(true).unstarted(this::keep);
    }

    /// What telemetry needs from outside: TLS for the broker, a reader of secrets (empty when it
    /// cannot), and the latest status; the last two must not block.
    public record Surroundings(
            Status.Box box,
            SSLSocketFactory sockets,
            Function<SecretRef, Optional<String>> secrets,
            Supplier<Status> status) {}

    /// Begins to connect, and returns at once.
    public static MqttTelemetry open(Mqtt config, Surroundings around) throws MqttFault {
        checkUri(config.uri());
        var topics = Topics.of(config.root(), config.site(), around.box().id());
        var password = "";
        if (!config.username().isEmpty()) {
            password =
                    around.secrets()
                            .apply(config.password())
                            .orElseThrow(
                                    () ->
                                            new MqttFault(
                                                    MqttFault.Kind.SECRET_UNREADABLE,
                                                    "mqtt.password: "
                                                            + config.password()
                                                            + " cannot be read: name a readable"
                                                            + " secret."));
        }
        var access =
                new Broker.Access(
                        config.uri(),
                        config.clientId(),
                        around.sockets(),
                        config.username(),
                        password,
                        config.keepAlive());
        var telemetry = new MqttTelemetry(access, topics, around.box(), around.status());
        telemetry.keeper.start();
        return telemetry;
    }

    private static void checkUri(String text) throws MqttFault {
        try {
            var uri = new URI(text);
            var bare = uri.getUserInfo() == null && uri.getRawQuery() == null;
            if ("ssl".equals(uri.getScheme())
                    && bare
                    && uri.getHost() != null
                    && uri.getPort() > 0) {
                return;
            }
        } catch (URISyntaxException e) {
            // Told below.
        }
        throw new MqttFault(
                MqttFault.Kind.URI, "mqtt.uri: expected ssl://HOST:PORT; nothing goes in clear.");
    }

    @Override
    public String name() {
        return SINK;
    }

    @Override
    public int deliver(List<JournalEntry> entries) {
        var connected = broker.get().filter(Broker::connected);
        if (connected.isEmpty()) {
            return 0;
        }
        var posts = new ArrayList<Broker.Post>();
        for (var entry : entries) {
            var topic = topics.event(entry.notice().kind());
            posts.add(new Broker.Post(topic, Payloads.event(topics, entry)));
        }
        var count = connected.get().publish(posts);
        if (count == 0 && connected.get().connected()) {
            trouble = "the broker acknowledges nothing";
        } else if (count > 0) {
            trouble = "";
        }
        return count;
    }

    public PartHealth health() {
        if (broker.get().filter(Broker::connected).isEmpty()) {
            return new PartHealth(
                    Part.MQTT, State.DOWN, trouble.isEmpty() ? "connection lost" : trouble);
        }
        if (!trouble.isEmpty()) {
            return new PartHealth(Part.MQTT, State.DEGRADED, trouble);
        }
        return new PartHealth(Part.MQTT, State.UP, "connected to " + access.uri());
    }

    private void keep() {
        var wait = FIRST_WAIT;
        while (!closing) {
            try {
                if (broker.get().filter(Broker::connected).isPresent()) {
                    wait = FIRST_WAIT;
                    tellStatus();
                    Thread.sleep(LOOK);
                } else if (!connect()) {
                    Thread.sleep(wait);
                    wait = doubled(wait);
                }
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                LOG.error("telemetry failed, tries again", e);
                broker.getAndSet(Optional.empty()).ifPresent(Broker::disconnect);
            }
        }
    }

    private boolean connect() {
        broker.getAndSet(Optional.empty()).ifPresent(Broker::disconnect);
        try {
            var will = new Broker.Post(topics.status(), Payloads.offline(box.bootId()));
            var fresh = Broker.connect(access, will);
            fresh.publish(List.of(new Broker.Post(topics.info(), Payloads.info(box))));
            told = "";
            trouble = "";
            broker.set(Optional.of(fresh));
            LOG.info("broker {} connected", access.uri());
            return true;
        } catch (MqttException e) {
            var phrase = "no connection to " + access.uri() + ": " + phrase(e);
            if (!phrase.equals(trouble)) {
                LOG.warn("{}; reports wait in the journal", phrase);
            }
            trouble = phrase;
            return false;
        }
    }

    private static String phrase(MqttException e) {
        Throwable deepest = e;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        var message = deepest.getMessage();
        return message == null ? deepest.getClass().getSimpleName() : message;
    }

    private void tellStatus() {
        var message = Payloads.status(status.get());
        var text = new String(message.getPayload(), StandardCharsets.UTF_8);
        if (text.equals(told)) {
            return;
        }
        var post = new Broker.Post(topics.status(), message);
        var acknowledged =
                broker.get().map(connected -> connected.publish(List.of(post))).orElse(0);
        if (acknowledged == 1) {
            told = text;
        }
    }

    private static Duration doubled(Duration wait) {
        var twice = wait.multipliedBy(2);
        return twice.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : twice;
    }

    /// Says `offline` and goes. Undelivered events stay in the journal.
    @Override
    public void close() {
        closing = true;
        keeper.interrupt();
        try {
            keeper.join(Broker.PATIENCE.plusSeconds(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        var last = broker.getAndSet(Optional.empty());
        last.filter(Broker::connected)
                .ifPresent(
                        b ->
                                b.publish(
                                        List.of(
                                                new Broker.Post(
                                                        topics.status(),
                                                        Payloads.offline(box.bootId())))));
        last.ifPresent(Broker::disconnect);
    }
}
