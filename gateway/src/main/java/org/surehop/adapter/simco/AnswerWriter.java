package org.surehop.adapter.simco;

import java.net.Inet4Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.surehop.core.pinhole.middlebox.Answer;
import org.surehop.core.pinhole.middlebox.Capabilities;
import org.surehop.core.pinhole.middlebox.Endpoint;
import org.surehop.core.pinhole.middlebox.Failure;
import org.surehop.core.pinhole.middlebox.Notification;
import org.surehop.core.pinhole.middlebox.Reservation;
import org.surehop.core.pinhole.middlebox.Rule;
import org.surehop.core.pinhole.middlebox.Terms;

/// The middlebox's answers and notifications as messages. `sub` is the sub-type of the request.
final class AnswerWriter {
    private static final int FIREWALL = 0x80;
    private static final int BOTH_VERSIONS = 0x0F;
    /// Of a PER parameter set.
    static final int SAME_PARITY = 3;

    private AnswerWriter() {}

    static Frame write(Answer answer, int sub, long transaction) {
        var frame =
                switch (answer) {
                    case Answer.Failed(var failure, _) when failure == Failure.VERSION_MISMATCH ->
                            Frame.of(
                                    Code.NEGATIVE,
                                    Code.VERSION_MISMATCH,
                                    transaction,
                                    List.of(new Attribute.Version(Code.MAJOR, Code.MINOR)));
                    case Answer.Failed(var failure, _) ->
                            refusal(number(failure, sub), transaction);
                    default ->
                            Frame.of(
                                    Code.POSITIVE,
                                    replySub(answer, sub),
                                    transaction,
                                    attributes(answer));
                };
        return frame.fits() ? frame : refusal(Code.REPLY_TOO_BIG, transaction);
    }

    static Frame refusal(int number, long transaction) {
        return Frame.of(Code.NEGATIVE, number, transaction, List.of());
    }

    /// Three replies have a sub-type that no request has.
    private static int replySub(Answer answer, int sub) {
        return switch (answer) {
            case Answer.Granted(var life) when life.isZero() -> Code.PRD;
            case Answer.Status(var rule, _) when rule.action() instanceof Rule.Action.Open ->
                    Code.PES;
            default -> sub;
        };
    }

    /// A group has no notification: SIMCO tells of each member. `numbers` gives each its own.
    static List<Frame> write(Notification notification, LongSupplier numbers) {
        return switch (notification) {
            case Notification.SessionEnds _ -> List.of(bare(Code.AST, numbers.getAsLong()));
            case Notification.RuleEvent(var id, var left) ->
                    List.of(event(id, left, numbers.getAsLong()));
            case Notification.GroupEvent(_, var members, var left) ->
                    members.stream().map(id -> event(id, left, numbers.getAsLong())).toList();
        };
    }

    /// BFM or AST.
    static Frame bare(int sub, long number) {
        return Frame.of(Code.NOTIFICATION, sub, number, List.of());
    }

    private static Frame event(long rule, Duration left, long number) {
        return Frame.of(
                Code.NOTIFICATION,
                Code.ARE,
                number,
                List.of(new Attribute.RuleId(rule), lifetime(left)));
    }

    private static List<Attribute> attributes(Answer answer) {
        return switch (answer) {
            case Answer.Established(var can) -> List.of(abilities(can));
            case Answer.Terminated _, Answer.Failed _ -> List.of();
            case Answer.Reserved(var rule, var inside, var outside, var life) ->
                    reserved(rule, inside, outside, life);
            case Answer.Enabled(var rule, var life) -> {
                var out = names(rule);
                out.add(lifetime(life));
                if (rule.action() instanceof Rule.Action.Open(var terms, _)) {
                    // A pure firewall shows each side the other's own address (MID-7).
                    out.add(tuple(Attribute.Place.OUTSIDE, terms.internal(), terms));
                    out.add(tuple(Attribute.Place.INSIDE, terms.external(), terms));
                }
                yield out;
            }
            case Answer.Granted(var life) -> life.isZero() ? List.of() : List.of(lifetime(life));
            case Answer.Rules(var rules) ->
                    rules.stream().<Attribute>map(r -> new Attribute.RuleId(r.id())).toList();
            case Answer.Status(var rule, var left) -> status(rule, left);
            case Answer.Groups _, Answer.GroupState _ ->
                    throw new IllegalStateException("no message asks for groups");
        };
    }

    private static List<Attribute> names(Rule rule) {
        var out = new ArrayList<Attribute>();
        out.add(new Attribute.RuleId(rule.id()));
        out.add(new Attribute.GroupId(rule.group()));
        return out;
    }

    private static List<Attribute> reserved(
            Rule rule, Optional<Endpoint> inside, Optional<Endpoint> outside, Duration life) {
        var out = names(rule);
        out.add(lifetime(life));
        if (rule.action() instanceof Rule.Action.Keep(var wanted)) {
            var protocol = number(wanted.protocol());
            out.add(
                    outside.map(e -> tuple(Attribute.Place.OUTSIDE, e, protocol, wanted.range()))
                            .orElseGet(() -> protocolsOnly(wanted, protocol)));
            inside.ifPresent(
                    e -> out.add(tuple(Attribute.Place.INSIDE, e, protocol, wanted.range())));
        }
        return out;
    }

    /// RFC 4540 §8.2.2: what a pure firewall has reserved.
    private static Attribute.Tuple protocolsOnly(Reservation wanted, int protocol) {
        var version = wanted.outsideVersion().ordinal();
        return new Attribute.Tuple(
                Attribute.Place.OUTSIDE, version, protocol, Optional.empty(), 0, 0, 1);
    }

    private static List<Attribute> status(Rule rule, Duration left) {
        return switch (rule.action()) {
            case Rule.Action.Keep _ -> {
                var out = reserved(rule, Optional.empty(), Optional.empty(), left);
                out.add(new Attribute.Owner(rule.owner()));
                yield out;
            }
            case Rule.Action.Open(var terms, _) -> {
                var out = names(rule);
                var parity = terms.sameParity() ? SAME_PARITY : 0;
                out.add(new Attribute.EnableSet(parity, terms.direction().ordinal() + 1));
                out.add(tuple(Attribute.Place.INTERNAL, terms.internal(), terms));
                out.add(tuple(Attribute.Place.INSIDE, terms.external(), terms));
                out.add(tuple(Attribute.Place.OUTSIDE, terms.internal(), terms));
                out.add(tuple(Attribute.Place.EXTERNAL, terms.external(), terms));
                out.add(lifetime(left));
                out.add(new Attribute.Owner(rule.owner()));
                yield out;
            }
        };
    }

    private static Attribute.Tuple tuple(Attribute.Place place, Endpoint end, Terms terms) {
        return tuple(place, end, number(terms.protocol()), terms.range());
    }

    static int number(Terms.Protocol protocol) {
        return switch (protocol) {
            case UDP -> Code.UDP;
            case TCP -> Code.TCP;
            case ANY -> Code.ANY;
        };
    }

    static Attribute.Tuple tuple(Attribute.Place place, Endpoint end, int protocol, int ports) {
        var version = end.address() instanceof Inet4Address ? 1 : 2;
        return new Attribute.Tuple(
                place,
                version,
                protocol,
                Optional.of(end.address()),
                end.prefixLength(),
                end.port(),
                ports);
    }

    private static Attribute lifetime(Duration life) {
        // Rounded up: what still lives never looks dead.
        return new Attribute.Lifetime((life.toMillis() + 999) / 1000);
    }

    private static Attribute abilities(Capabilities can) {
        int flags =
                (can.internalWildcard() ? 0x80 : 0)
                        | (can.externalWildcard() ? 0x40 : 0)
                        | (can.portWildcard() ? 0x20 : 0)
                        | BOTH_VERSIONS;
        return new Attribute.Abilities(FIREWALL, flags, can.maxLifetime().toSeconds());
    }

    /// SIMCO has one number where RFC 5189 has several reasons; none is left without one.
    static int number(Failure failure, int sub) {
        return switch (failure) {
            case AUTHENTICATION_FAILED -> Code.AUTHENTICATION_FAILED;
            case NO_AUTHORIZATION -> Code.NO_AUTHORIZATION;
            case VERSION_MISMATCH -> Code.VERSION_MISMATCH;
            case LACK_OF_RESOURCES ->
                    sub == Code.SE ? Code.NO_SESSION_RESOURCES : Code.NO_RESOURCES;
            case NOT_SUPPORTED -> Code.NOT_SUPPORTED;
            case NOT_AUTHORIZED -> Code.NOT_AUTHORIZED;
            case NOT_AUTHORIZED_TO_ADD, NO_ACCESS_TO_GROUP, NOT_AUTHORIZED_FOR_GROUP ->
                    Code.NO_GROUP_ACCESS;
            case LACK_OF_ADDRESSES -> Code.LACK_OF_ADDRESSES;
            case LACK_OF_PORTS -> Code.LACK_OF_PORTS;
            case NO_SUCH_INSIDE_INTERFACE,
                    NO_SUCH_OUTSIDE_INTERFACE,
                    INSIDE_INTERFACE_UNFIT,
                    OUTSIDE_INTERFACE_UNFIT ->
                    Code.NO_ADDRESS_SPACE;
            case NO_SUCH_RESERVE_RULE, NO_SUCH_RULE -> Code.NO_SUCH_RULE;
            case NOT_AUTHORIZED_TO_REPLACE, NO_ACCESS_TO_RULE, NOT_AUTHORIZED_FOR_RULE ->
                    Code.NO_RULE_ACCESS;
            case FIREWALL_FAILED, NO_LIFETIME -> Code.CONFIGURATION_FAILED;
            case CONFLICT -> Code.CONFLICT;
            case NO_INTERNAL_WILDCARD, NO_EXTERNAL_WILDCARD, NO_TRANSPORT_WILDCARD ->
                    Code.NO_WILDCARD;
            case NOT_RESERVED, RESERVED_MISMATCH, PARAMETER_NOT_SUPPORTED -> Code.INCONSISTENT;
            case LIFETIME_NOT_EXTENDED -> Code.LIFETIME_NOT_EXTENDED;
            case NO_SUCH_GROUP -> Code.NO_SUCH_GROUP;
            case NO_SESSION -> sub == Code.ST ? Code.NOT_APPLICABLE : Code.WRONG_SUB_TYPE;
            case SESSION_OPEN -> Code.NOT_APPLICABLE;
        };
    }
}
