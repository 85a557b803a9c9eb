package org.surehop.app;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.surehop.adapter.journal.Journal;
import org.surehop.adapter.journal.JournalFault;
import org.surehop.adapter.mqtt.MqttFault;
import org.surehop.adapter.mqtt.MqttTelemetry;
import org.surehop.adapter.snmp.SnmpAgent;
import org.surehop.adapter.snmp.SnmpFault;
import org.surehop.adapter.tls.BrokerSockets;
import org.surehop.adapter.tls.CredentialException;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.gateway.Effect;
import org.surehop.core.gateway.Snapshot;
import org.surehop.core.gateway.Status;
import org.surehop.core.report.PartHealth;
import org.surehop.core.report.PartHealth.Part;
import org.surehop.core.report.PartHealth.State;
import org.surehop.core.report.Severity;

/// Everything that tells: the journal first, then SNMP and MQTT out of it.
final class Telemetry implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Telemetry.class);

    private final Journal journal;
    private final Status.Box box;
    private final Supplier<Snapshot> snapshots;
    private final InstantSource clock;
    private final ScheduledExecutorService ticker;
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final List<Supplier<PartHealth>> parts = new CopyOnWriteArrayList<>();
    private final Optional<Alarm> alarm;
    private volatile Supplier<List<PartHealth>> others = List::of;

    private Telemetry(
            Journal journal,
            Status.Box box,
            Supplier<Snapshot> snapshots,
            InstantSource clock,
            Optional<Alarm> alarm) {
        this.clock = clock;
        this.alarm = alarm;
        this.journal = journal;
        this.box = box;
        this.snapshots = snapshots;
        this.ticker =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name("surehop-status").factory());
        this.parts.add(journal::health);
    }

    static Telemetry start(
            String file, GatewayConfig config, InstantSource clock, Supplier<Snapshot> snapshots)
            throws StartFault {
        var boot = new byte[8];
        new SecureRandom().nextBytes(boot);
        var box =
                new Status.Box(
                        config.gateway().id(),
                        config.gateway().name(),
                        version(),
                        HexFormat.of().formatHex(boot));
        try {
            var settings =
                    new Journal.Settings(
                            Path.of(config.journal().path()),
                            config.journal().keep(),
                            config.journal().maxEvents(),
                            config.limits().queue(),
                            sinks(config),
                            box.bootId());
            var opened = JournalOpening.open(settings, config.journal().unusable(), clock);
            var alarm = Optional.of(config.upkeep().alarm()).filter(a -> !a.isEmpty());
            var all =
                    new Telemetry(
                            opened, box, snapshots, clock, alarm.map(a -> new Alarm(Path.of(a))));
            all.snmp(file, config);
            all.mqtt(file, config);
            all.begin();
            return all;
        } catch (JournalFault e) {
            throw new StartFault(file + ": " + e.getMessage());
        }
    }

    private static Set<String> sinks(GatewayConfig config) {
        var sinks = new HashSet<String>();
        if (config.snmp().enabled()) {
            config.snmp().receivers().forEach(r -> sinks.add(SnmpAgent.sinkName(r)));
        }
        if (config.mqtt().enabled()) {
            sinks.add(MqttTelemetry.SINK);
        }
        return sinks;
    }

    private void snmp(String file, GatewayConfig config) throws StartFault {
        if (!config.snmp().enabled()) {
            parts.add(() -> new PartHealth(Part.SNMP, State.OFF, "switched off"));
            return;
        }
        try {
            var orders = new UpdateOrders(config.upkeep(), n -> tell(new Effect.Report(n)), clock);
            var agent =
                    SnmpAgent.open(
                            config.snmp(),
                            new SnmpAgent.Answering(
                                    box, this::status, config.upkeep().updateUser(), orders),
                            Secrets::read);
            opened.add(agent);
            parts.add(agent::health);
            agent.sinks().forEach(journal::deliverTo);
        } catch (SnmpFault e) {
            close();
            throw new StartFault(file + ": " + e.getMessage());
        }
    }

    private void mqtt(String file, GatewayConfig config) throws StartFault {
        if (!config.mqtt().enabled()) {
            parts.add(() -> new PartHealth(Part.MQTT, State.OFF, "switched off"));
            return;
        }
        try {
            var around =
                    new MqttTelemetry.Surroundings(
                            box, BrokerSockets.of(config.mqtt()), Secrets::read, this::status);
            var broker = MqttTelemetry.open(config.mqtt(), around);
            opened.add(broker);
            parts.add(broker::health);
            journal.deliverTo(broker);
        } catch (MqttFault e) {
            close();
            throw new StartFault(file + ": " + e.getMessage());
        } catch (CredentialException e) {
            close();
            throw new StartFault(file + ": mqtt: " + e.getMessage());
        }
    }

    private static String version() {
        var version = Telemetry.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    private void begin() {
        var unused =
                ticker.scheduleWithFixedDelay(
                        () -> {
                            journal.status(status());
                            alarm.ifPresent(Alarm::look);
                        },
                        0,
                        500,
                        TimeUnit.MILLISECONDS);
    }

    /// Why the journal takes nothing; empty when it does.
    Optional<String> journalTrouble() {
        var now = journal.health();
        return now.state() == State.DOWN ? Optional.of(now.phrase()) : Optional.empty();
    }

    /// What the box leaves for us to tell, from now on.
    void watch(GatewayConfig config) {
        if (!config.upkeep().events().isEmpty()) {
            var memory = Path.of(config.journal().path()).resolveSibling("box-events-told");
            opened.add(
                    BoxEvents.watch(
                            Path.of(config.upkeep().events()),
                            memory,
                            notice -> tell(new Effect.Report(notice))));
        }
    }

    /// Where the health of the other parts is asked for.
    void health(Supplier<List<PartHealth>> supplier) {
        others = supplier;
    }

    private Status status() {
        var health = new ArrayList<PartHealth>();
        parts.forEach(p -> health.add(p.get()));
        health.addAll(others.get());
        return new Status(
                box, snapshots.get(), health, journal.noticesByKind(), journal.decisions());
    }

    void tell(Effect.Report effect) {
        var notice = effect.notice();
        // What went well is in the journal; at INFO it would be lines without end on a busy box.
        var level = notice.severity() == Severity.INFO ? Level.DEBUG : Level.INFO;
        LOG.atLevel(level)
                .log(
                        "notice kind={} severity={} reason={}",
                        notice.kind().wireName(),
                        notice.severity(),
                        notice.reason().wireName());
        alarm.ifPresent(a -> a.hear(notice));
        if (!journal.append(notice)) {
            LOG.error("journal full: notice not taken kind={}", notice.kind().wireName());
        }
    }

    void keep(Effect.Record effect) {
        if (!journal.record(effect.story())) {
            LOG.error("journal full: story not taken");
        }
    }

    @Override
    public void close() {
        ticker.shutdownNow();
        journal.close();
        for (var part : opened.reversed()) {
            try {
                part.close();
            } catch (Exception e) {
                LOG.warn("close-failed part={}", part.getClass().getSimpleName(), e);
            }
        }
    }
}
