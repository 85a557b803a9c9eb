package org.surehop.adapter.simco;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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

    private AnswerWriter() {}

    static Frame write(Answer answer, int sub, long transaction) {
        return answer instanceof Answer.Failed(var failure, _)
                ? refusal(number(failure, sub), transaction)
                : success(answer, sub, transaction);
    }

    static Frame refusal(int number, long transaction) {
        return Frame.of(Code.NEGATIVE, number, transaction, List.of());
    }

    private static Frame success(Answer answer, int sub, long transaction) {
        var attributes = attributes(answer);
        return Frame.fits(attributes.size())
                ? Frame.of(Code.POSITIVE, sub, transaction, attributes)
                : refusal(Code.REPLY_TOO_BIG, transaction);
    }

    static Frame write(Notification notification, long number) {
        return switch (notification) {
            case Notification.SessionEnds _ ->
                    Frame.of(Code.NOTIFICATION, Code.AST, number, List.of());
            case Notification.RuleEvent(var id, var left) ->
                    Frame.of(
                            Code.NOTIFICATION,
                            Code.ARE,
                            number,
                            List.of(new Attribute.RuleId(id), lifetime(left)));
            case Notification.GroupEvent(var id, var left) ->
                    Frame.of(
                            Code.NOTIFICATION,
                            Code.ARE,
                            number,
                            List.of(new Attribute.GroupId(id), lifetime(left)));
        };
    }

    private static List<Attribute> attributes(Answer answer) {
        return switch (answer) {
            case Answer.Established(var can) ->
                    List.of(new Attribute.Version(Code.MAJOR, Code.MINOR), abilities(can));
            case Answer.Terminated _, Answer.Failed _ -> List.of();
            case Answer.Reserved(var rule, var group, var inside, var outside, var life) -> {
                var out = names(rule, group, life);
                inside.ifPresent(e -> out.add(tuple(Attribute.Place.INSIDE, e, Code.ANY, 1)));
                outside.ifPresent(e -> out.add(tuple(Attribute.Place.OUTSIDE, e, Code.ANY, 1)));
                yield out;
            }
            case Answer.Enabled(var rule, var group, var inside, var outside, var life) -> {
                var out = names(rule, group, life);
                out.add(tuple(Attribute.Place.INSIDE, inside, Code.ANY, 1));
                out.add(tuple(Attribute.Place.OUTSIDE, outside, Code.ANY, 1));
                yield out;
            }
            case Answer.Granted(var life) -> List.of(lifetime(life));
            case Answer.Rules(var rules) ->
                    rules.stream().<Attribute>map(r -> new Attribute.RuleId(r.id())).toList();
            case Answer.Status(var rule, var left) -> status(rule, left);
            case Answer.Groups(var groups) ->
                    groups.stream().<Attribute>map(g -> new Attribute.GroupId(g.id())).toList();
            case Answer.GroupState(var owner, var left, var members) -> {
                var out = new ArrayList<Attribute>();
                out.add(new Attribute.Owner(owner));
                out.add(lifetime(left));
                members.forEach(m -> out.add(new Attribute.RuleId(m)));
                yield out;
            }
        };
    }

    private static List<Attribute> names(long rule, long group, Duration life) {
        var out = new ArrayList<Attribute>();
        out.add(new Attribute.RuleId(rule));
        out.add(new Attribute.GroupId(group));
        out.add(lifetime(life));
        return out;
    }

    private static List<Attribute> status(Rule rule, Duration left) {
        var out = names(rule.id(), rule.group(), left);
        out.add(new Attribute.Owner(rule.owner()));
        switch (rule.action()) {
            case Rule.Action.Keep(var wanted) -> {
                out.add(reserveSet(wanted));
                wanted.internal()
                        .ifPresent(
                                e ->
                                        out.add(
                                                tuple(
                                                        Attribute.Place.INTERNAL,
                                                        e,
                                                        number(wanted.protocol()),
                                                        wanted.range())));
            }
            case Rule.Action.Open(var terms, _) -> {
                var protocol = number(terms.protocol());
                var range = terms.range();
                out.add(new Attribute.EnableSet(0, terms.direction().ordinal() + 1));
                out.add(tuple(Attribute.Place.INTERNAL, terms.internal(), protocol, range));
                // A pure firewall shows each side the other's own address (MID-7).
                out.add(tuple(Attribute.Place.INSIDE, terms.external(), protocol, range));
                out.add(tuple(Attribute.Place.OUTSIDE, terms.internal(), protocol, range));
                out.add(tuple(Attribute.Place.EXTERNAL, terms.external(), protocol, range));
            }
        }
        return out;
    }

    private static Attribute reserveSet(Reservation wanted) {
        return new Attribute.ReserveSet(
                wanted.service() == Reservation.Service.TWICE ? 2 : 1,
                wanted.parity().ordinal(),
                0,
                0);
    }

    static int number(Terms.Protocol protocol) {
        return switch (protocol) {
            case UDP -> Code.UDP;
            case TCP -> Code.TCP;
            case ANY -> Code.ANY;
        };
    }

    static Attribute.Tuple tuple(Attribute.Place place, Endpoint end, int protocol, int ports) {
        return new Attribute.Tuple(
                place, protocol, Optional.of(end.address()), end.prefixLength(), end.port(), ports);
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
            case NOT_AUTHORIZED_TO_ADD, NO_ACCESS_TO_GROUP -> Code.NO_GROUP_ACCESS;
            case LACK_OF_ADDRESSES -> Code.LACK_OF_ADDRESSES;
            case LACK_OF_PORTS -> Code.LACK_OF_PORTS;
            case NO_SUCH_INSIDE_INTERFACE,
                    NO_SUCH_OUTSIDE_INTERFACE,
                    INSIDE_INTERFACE_UNFIT,
                    OUTSIDE_INTERFACE_UNFIT ->
                    Code.NO_ADDRESS_SPACE;
            case NO_SUCH_RESERVE_RULE, NO_SUCH_RULE -> Code.NO_SUCH_RULE;
            case NOT_AUTHORIZED_TO_REPLACE, NO_ACCESS_TO_RULE -> Code.NO_RULE_ACCESS;
            case CONFLICT -> Code.CONFLICT;
            case NO_INTERNAL_WILDCARD, NO_EXTERNAL_WILDCARD -> Code.NO_WILDCARD;
            case RESERVED_MISMATCH, PARAMETER_NOT_SUPPORTED -> Code.INCONSISTENT;
            case NOT_AUTHORIZED_FOR_RULE, NOT_AUTHORIZED_FOR_GROUP -> Code.NO_LIFETIME_CHANGE;
            case LIFETIME_NOT_EXTENDED -> Code.LIFETIME_NOT_EXTENDED;
            case NO_SUCH_GROUP -> Code.NO_SUCH_GROUP;
            case NO_SESSION, SESSION_OPEN -> Code.NOT_APPLICABLE;
        };
    }
}
