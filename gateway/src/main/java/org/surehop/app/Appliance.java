package org.surehop.app;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.Security;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.surehop.adapter.archive.ArchiveFault;
import org.surehop.adapter.archive.ArchiveStore;
import org.surehop.adapter.cms.ArchiveSeal;
import org.surehop.adapter.cms.CmsWorkers;
import org.surehop.adapter.cms.KeyMaterialFault;
import org.surehop.adapter.cms.SmimeKeys;
import org.surehop.adapter.configfile.ConfigReload;
import org.surehop.adapter.ipsec.IpProgram;
import org.surehop.adapter.ipsec.KernelLinks;
import org.surehop.adapter.nftables.FirewallUnavailable;
import org.surehop.adapter.pcp.PcpUnavailable;
import org.surehop.adapter.simco.SimcoServer;
import org.surehop.adapter.sip.IpsecPort;
import org.surehop.adapter.sip.Links;
import org.surehop.adapter.sip.Locator;
import org.surehop.adapter.sip.SipTransport;
import org.surehop.adapter.snmp.AgentProbe;
import org.surehop.adapter.tls.CredentialException;
import org.surehop.adapter.tls.FipsProvider;
import org.surehop.adapter.tls.TlsSockets;
import org.surehop.app.ua.TrialCall;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.config.Pinholes;
import org.surehop.core.gateway.Effect;
import org.surehop.core.gateway.EffectHandler;
import org.surehop.core.gateway.Entropy;
import org.surehop.core.gateway.Event;
import org.surehop.core.gateway.Gateway;
import org.surehop.core.report.Notice;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.PartHealth;
import org.surehop.core.report.PartHealth.Part;
import org.surehop.core.report.PartHealth.State;
import org.surehop.core.report.Reason;
import org.surehop.core.report.Severity;
import org.surehop.core.sip.Octets;
import org.surehop.runtime.Loop;
import org.surehop.runtime.Ports;
import org.surehop.runtime.SteadyClock;

/// The whole gateway, joined: the one place that knows the core, the loop and every adapter.
/// Starts what reports first, then the firewall, and opens its doors last; stops the other way
/// round.
final class Appliance {
    private static final Logger LOG = LoggerFactory.getLogger(Appliance.class);

    private final GatewayConfig config;
    private final SteadyClock clock;
    private final Loop loop;
    private final Telemetry telemetry;
    private final CmsWorkers cms;
    private final Optional<ArchiveStore> archive;
    private final Optional<Firewalls> firewall;
    private final SipTransport sip;
    private final Optional<SimcoServer> agents;
    private final TlsSockets sockets;
    private final Optional<TrialCall> trial;
    private Optional<HealthDoor> health = Optional.empty();

    private Appliance(Foundation base, Telemetry telemetry, Edges edges) {
        this.config = base.config();
        this.trial = base.trial();
        this.clock = base.clock();
        this.loop = base.loop();
        this.telemetry = telemetry;
        this.cms = edges.cms();
        this.archive = edges.archive();
        this.firewall = edges.firewall();
        this.sip = edges.sip();
        this.agents = edges.agents();
        this.sockets = edges.tls();
    }

    private record Foundation(
            GatewayConfig config, Optional<TrialCall> trial, SteadyClock clock, Loop loop) {}

    private record Edges(
            CmsWorkers cms,
            Optional<ArchiveStore> archive,
            Optional<Firewalls> firewall,
            SipTransport sip,
            Optional<SimcoServer> agents,
            TlsSockets tls) {}

    /// Starts everything or nothing; `file` is the configuration's name for the fault.
    static Appliance start(String file, GatewayConfig config) throws StartFault {
        var clock = new SteadyClock(InstantSource.system());
        var opened = new ArrayList<AutoCloseable>();
        var trial = trial(config, clock);
        var whole = trial.map(t -> t.added(config)).orElse(config);
        try {
            var keys = SmimeKeys.load(config.smime(), Security.getProvider(FipsProvider.CRYPTO));
            var gateway =
                    new Gateway(
                            whole,
                            certificate(keys),
                            clock.instant(),
                            OwnAddresses.now(),
                            Door.keys(config));
            var loop = new Loop(gateway, config.limits().queue(), clock, entropy());
            var base = new Foundation(config, trial, clock, loop);
            var telemetry = Telemetry.start(file, config, clock, loop::snapshot);
            opened.add(telemetry);
            var archive = archive(config, loop, clock);
            archive.ifPresent(opened::add);
            var cms =
                    new CmsWorkers(
                            keys, CmsWorkers.Settings.of(config), seal(config, keys), loop, clock);
            opened.add(cms);
            cms.check();
            var anchors = trial.stream().map(TrialCall::anchor).toList();
            var sockets = TlsSockets.open(config.tls(), anchors);
            var firewall = firewall(config, sockets, loop, clock);
            firewall.ifPresent(opened::add);
            var sip =
                    new SipTransport(
                            SipTransport.Settings.of(whole),
                            new SipTransport.Protection(
                                    new SipTls(sockets), Links.of(config, links())),
                            Locator.ofSystem(new Random(new SecureRandom().nextLong())),
                            loop,
                            clock);
            opened.add(sip);
            var agents = Agents.open(config, sockets, loop, clock);
            agents.ifPresent(opened::add);
            var all =
                    new Appliance(
                            base,
                            telemetry,
                            new Edges(cms, archive, firewall, sip, agents, sockets));
            all.open(whole, keys);
            return all;
        } catch (KeyMaterialFault
                | ArchiveFault
                | CredentialException
                | FirewallUnavailable
                | PcpUnavailable
                | IOException e) {
            undo(opened);
            throw new StartFault(file + ": " + e.getMessage());
        } catch (StartFault e) {
            undo(opened);
            throw e;
        }
    }

    private static Optional<TrialCall> trial(GatewayConfig config, InstantSource clock) {
        return config.upkeep().asked()
                ? Optional.of(TrialCall.at(config.upkeep().trialPort(), clock))
                : Optional.empty();
    }

    private static void undo(List<AutoCloseable> opened) {
        for (var part : opened.reversed()) {
            try {
                part.close();
            } catch (Exception e) {
                LOG.warn("close-failed part={}", part.getClass().getSimpleName(), e);
            }
        }
    }

    private static Optional<Firewalls> firewall(
            GatewayConfig config, TlsSockets sockets, Loop loop, InstantSource clock)
            throws FirewallUnavailable, PcpUnavailable {
        return config.pinholes().driver() == Pinholes.Driver.NONE
                ? Optional.empty()
                : Optional.of(Firewalls.start(config, sockets, loop, clock));
    }

    private static IpsecPort links() {
        return new SipLinks(new KernelLinks(IpProgram.find()));
    }

    private static Optional<ArchiveStore> archive(
            GatewayConfig config, Loop loop, InstantSource clock) throws ArchiveFault {
        var archive = config.services().archive();
        return archive.enabled()
                ? Optional.of(ArchiveStore.start(archive, loop, clock))
                : Optional.empty();
    }

    private static Optional<ArchiveSeal> seal(GatewayConfig config, SmimeKeys keys)
            throws KeyMaterialFault {
        var archive = config.services().archive();
        return archive.enabled()
                ? Optional.of(ArchiveSeal.load(archive.certificate(), keys))
                : Optional.empty();
    }

    private static Octets certificate(SmimeKeys keys) {
        return keys.recipient().der();
    }

    private static Supplier<Entropy> entropy() {
        return new EntropyStock(new SecureRandom()::nextBytes);
    }

    /// The doors open when everything behind them is ready.
    private void open(GatewayConfig whole, SmimeKeys keys) throws IOException, StartFault {
        EffectHandler<Effect.ApplyRuleSet> rules =
                firewall.<EffectHandler<Effect.ApplyRuleSet>>map(f -> f::handle)
                        .orElse(this::noFirewall);
        telemetry.health(this::health);
        loop.start(
                new Ports(
                        sip::sendRequest,
                        sip::sendResponse,
                        sip::closeConnection,
                        cms::open,
                        cms::forget,
                        cms::readMessage,
                        cms::readLocation,
                        this::keep,
                        e -> archive.ifPresent(a -> a.settle(e)),
                        cms::read,
                        cms::make,
                        cms::sign,
                        rules,
                        telemetry::tell,
                        telemetry::keep,
                        e -> agents.ifPresent(a -> a.tell(e))));
        sip.start(whole.listeners());
        agents.ifPresent(SimcoServer::begin);
        telemetry.tell(new Effect.Report(notice(NoticeKind.STARTED)));
        telemetry.watch(config);
        if (trial.isPresent()) {
            var socket = Path.of(config.upkeep().socket());
            health = Optional.of(HealthDoor.open(socket, checks(trial.get(), keys)));
        }
    }

    private Health checks(TrialCall trial, SmimeKeys keys) {
        var checks =
                new Health()
                        .with("call", "passes, over TLS and encrypted", () -> call(trial, keys))
                        .with("journal", "takes what happens", telemetry::journalTrouble);
        if (config.snmp().enabled()) {
            var id = config.gateway().id();
            checks.with("snmp", "answers", () -> AgentProbe.ask(config.snmp(), Secrets::read, id));
        }
        if (config.pinholes().driver() == Pinholes.Driver.NFTABLES) {
            checks.with(
                    "firewall",
                    "table inet " + config.pinholes().table(),
                    () -> firewall.map(Firewalls::trouble).filter(t -> !t.isEmpty()));
        }
        return checks;
    }

    private Optional<String> call(TrialCall trial, SmimeKeys keys) throws InterruptedException {
        return trial.place(
                new TrialCall.Gateway(
                        config.gateway().name(),
                        sockets.certificate(),
                        keys.recipient().certificate(),
                        config.assurance()));
    }

    private void keep(Effect.KeepEntry effect) {
        archive.ifPresentOrElse(
                store -> store.keep(effect),
                () ->
                        loop.post(
                                new Event.EntryNotKept(
                                        clock.instant(), effect.task(), Reason.ARCHIVE_FAILED)));
    }

    private void noFirewall(Effect.ApplyRuleSet effect) {
        loop.post(
                new Event.RuleSetFailed(
                        clock.instant(), effect.change().number(), Reason.FIREWALL_FAILED));
    }

    private Notice notice(NoticeKind kind) {
        return new Notice(
                clock.instant(),
                kind,
                Severity.INFO,
                Optional.empty(),
                Optional.empty(),
                Reason.NONE,
                Map.of("id", config.gateway().id()));
    }

    private List<PartHealth> health() {
        var wall =
                firewall.map(Firewalls::health)
                        .orElse(new PartHealth(Part.FIREWALL, State.OFF, "switched off"));
        var busy = cms.refusedBusy();
        return List.of(
                new PartHealth(Part.SIP, State.UP, sip.addresses().size() + " listeners"),
                wall,
                new PartHealth(
                        Part.CMS,
                        busy == 0 ? State.UP : State.DEGRADED,
                        busy == 0 ? "ready" : busy + " bodies refused: too much was waiting"),
                archive.map(ArchiveStore::health)
                        .orElse(new PartHealth(Part.ARCHIVE, State.OFF, "switched off")));
    }

    /// What a person is told at the start.
    List<String> said() {
        var lines = new ArrayList<String>();
        for (int i = 0; i < config.listeners().size(); i++) {
            lines.add(
                    "listening for %s on %s (%s)"
                            .formatted(
                                    config.listeners().get(i).name(),
                                    sip.addresses().get(i),
                                    Words.transport(config.listeners().get(i).transport())));
        }
        lines.add("firewall: " + firewall.map(Firewalls::said).orElse("none"));
        agents.ifPresent(
                a ->
                        lines.add(
                                "listening for agents on %s:%d (SIMCO over TLS)"
                                        .formatted(config.midcom().address(), a.port())));
        lines.add("surehop is ready: " + config.gateway().id());
        return lines;
    }

    /// Moves as long as the loop turns.
    long beat() {
        return loop.beat();
    }

    /// Takes the file again while calls go on; gives the reasons when the old one is kept.
    List<String> reload(Path file) {
        var rules = new Reload(file, config, sockets, clock);
        var faults =
                new ConfigReload(file, rules::objections, rules::users, this::post, clock).reload();
        if (!faults.isEmpty()) {
            telemetry.tell(new Effect.Report(notice(NoticeKind.CONFIG_REFUSED)));
        }
        return faults;
    }

    /// A new configuration gets its part for trial calls, too.
    private boolean post(Event event) {
        return loop.post(
                event instanceof Event.ConfigChanged(var at, var next, var users)
                                && trial.isPresent()
                        ? new Event.ConfigChanged(at, trial.get().added(next), users)
                        : event);
    }

    /// Ends calls, closes pinholes, writes the last reports, within about that time.
    void stop(Duration patience) {
        health.ifPresent(HealthDoor::close);
        try {
            loop.stop(patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        sip.stop();
        agents.ifPresent(SimcoServer::close);
        firewall.ifPresent(Firewalls::close);
        cms.close();
        archive.ifPresent(ArchiveStore::close);
        telemetry.close();
    }
}
