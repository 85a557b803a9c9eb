package org.surehop.core.gateway;

import java.net.InetAddress;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.surehop.core.authentication.DoorKeys;
import org.surehop.core.config.Disclosure;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.config.Pinholes;
import org.surehop.core.disclosure.DisclosureJudge;
import org.surehop.core.disclosure.TaskId;
import org.surehop.core.pinhole.Holdings;
import org.surehop.core.sip.Octets;

/// The desks that share the work of the gateway, and the numbers they all draw from.
final class Desks {
    private final Reporter reporter = new Reporter();
    private final PassageDesk passages = new PassageDesk(this);
    private final TransactionDesk transactions = new TransactionDesk(reporter, passages.homeward());
    private final AssuranceDesk assurance = new AssuranceDesk(this);
    private final NotifyDesk notifies = new NotifyDesk(this);
    private final CollectorDesk collector = new CollectorDesk(this);
    private final CallDesk calls = new CallDesk(this);
    private final DialogDesk dialogs = new DialogDesk(this);
    private final SubscriptionDesk subscriptions = new SubscriptionDesk(this);
    private final InjectionDesk injection = new InjectionDesk(this);
    private final AckDesk acks = new AckDesk(this);
    private final OfferDesk offers = new OfferDesk(this);
    private final PinholeDesk pinholes;
    private final NatDesk nat;
    private final MidcomDesk midcom;
    private final Optional<PolicyRules.Abilities> managed;
    private final Doorkeeper door;
    private final UnseenDesk unseen = new UnseenDesk(this);
    private final Octets certificate;
    private long lastNumber;

    Desks(GatewayConfig config, Octets certificate, Set<InetAddress> own, DoorKeys keys) {
        this.door = new Doorkeeper(config, keys, reporter);
        var held = Holdings.of(config.pinholes());
        this.pinholes = new PinholeDesk(this, config, own, held);
        this.midcom = new MidcomDesk(reporter, config, own, held);
        this.nat = new NatDesk(config);
        this.managed = config.snmp().enabled() ? Optional.of(abilities(config)) : Optional.empty();
        this.certificate = certificate;
    }

    private static PolicyRules.Abilities abilities(GatewayConfig config) {
        var pinholes = config.pinholes();
        var early = pinholes.earlyLifetime();
        var longer = early.compareTo(pinholes.lifetime()) > 0;
        return new PolicyRules.Abilities(
                longer ? early : pinholes.lifetime(),
                pinholes.driver() != Pinholes.Driver.NONE,
                pinholes.nat().present());
    }

    /// What managers see of the pinholes, where there may be some.
    PolicyRules policyRules(Instant at) {
        return managed.map(
                        can -> {
                            var agents = midcom.ledger();
                            var ofCalls = pinholes.rules().all(at);
                            return new PolicyRules(
                                    ofCalls,
                                    agents.rules(),
                                    agents.reserves(),
                                    agents.enables().plus(pinholes.rules().tally()),
                                    can);
                        })
                .orElse(PolicyRules.NONE);
    }

    Reporter reporter() {
        return reporter;
    }

    TransactionDesk transactions() {
        return transactions;
    }

    PassageDesk passages() {
        return passages;
    }

    AssuranceDesk assurance() {
        return assurance;
    }

    NotifyDesk notifies() {
        return notifies;
    }

    CollectorDesk collector() {
        return collector;
    }

    CallDesk calls() {
        return calls;
    }

    /// Which dialogs a request belongs to.
    DialogDesk dialogs() {
        return dialogs;
    }

    SubscriptionDesk subscriptions() {
        return subscriptions;
    }

    InjectionDesk injection() {
        return injection;
    }

    /// The dialogs that live under that token of ours: a call's while it goes on.
    Optional<Relation> relation(String token) {
        return calls.byToken(token)
                .filter(c -> !c.ended())
                .<Relation>map(c -> c)
                .or(() -> subscriptions.byToken(token));
    }

    AckDesk acks() {
        return acks;
    }

    OfferDesk offers() {
        return offers;
    }

    PinholeDesk pinholes() {
        return pinholes;
    }

    /// Media whose descriptions are not known, or not yet.
    UnseenDesk unseen() {
        return unseen;
    }

    /// Outside places for private media addresses.
    NatDesk nat() {
        return nat;
    }

    MidcomDesk midcom() {
        return midcom;
    }

    Doorkeeper door() {
        return door;
    }

    /// Our S/MIME certificate in DER, which a 496 carries (E2M-13).
    Octets certificate() {
        return certificate;
    }

    /// The judge of what is sent by or to one user of ours (E2M-12).
    DisclosureJudge judge(GatewayConfig config, Passage passage) {
        return judge(config, config.disclosure().of(passage.served()));
    }

    DisclosureJudge judge(GatewayConfig config, Disclosure policy) {
        return new DisclosureJudge(policy, config.gateway().name());
    }

    long nextNumber() {
        return ++lastNumber;
    }

    TaskId nextTask() {
        return new TaskId(nextNumber());
    }
}
