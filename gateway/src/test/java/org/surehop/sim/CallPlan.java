package org.surehop.sim;

import java.util.ArrayList;
import java.util.List;

/// What the two users of one call and the hops between them have in mind. About half of all calls
/// are such as everybody wishes for.
record CallPlan(
        int number,
        boolean outbound,
        boolean assured,
        Wrapping offer,
        Wrapping answer,
        Shape offerShape,
        Shape answerShape,
        Outcome outcome,
        List<HopPlan> hops,
        RecordStyle recordStyle,
        CallerMood caller,
        boolean calleeHangsUp,
        int changes,
        int ingressProxies,
        boolean labelled,
        long ringing,
        long talking,
        Pattern pattern) {

    /// How a session description travels, and what the CMS layer will find.
    enum Wrapping {
        NONE,
        CLEAR,
        READABLE,
        READABLE_SIGNED,
        NOT_RECIPIENT,
        BAD_SIGNATURE,
        MALFORMED,
        SLOW,
        NEVER
    }

    /// What the session description says.
    enum Shape {
        AUDIO,
        AUDIO_VIDEO,
        MUX,
        HELD,
        LOOPBACK,
        WRONG_SIDE,
        LOW_PORT,
        NONSENSE
    }

    /// In which messages the first offer and its answer stand (RFC 6337), and whether the call
    /// forks.
    enum Pattern {
        INVITE_AND_SUCCESS,
        PREVIEW,
        RELIABLE_RINGING,
        SUCCESS_AND_ACK,
        RINGING_AND_PRACK,
        FORKS;

        /// The callee makes the offer.
        boolean offerless() {
            return this == SUCCESS_AND_ACK || this == RINGING_AND_PRACK;
        }
    }

    /// What becomes of the INVITE at the far side.
    enum Outcome {
        ANSWER,
        BUSY,
        REDIRECT,
        REFUSE_TAG,
        SILENCE,
        ENDLESS_RINGING,
        CRASH_WHILE_RINGING,
        CRASH_AFTER_ANSWER,
        ANSWER_TWICE,
        ANSWER_WITHOUT_RINGING
    }

    enum CallerMood {
        PATIENT,
        CANCELS,
        NEVER_ACKS,
        REPEATS_INVITE,
        CRASHES,
        TOO_MANY_HOPS,
        UNKNOWN_TAG,
        BAD_LABEL,
        BYE_AT_ONCE
    }

    /// How one hop beyond the gateway behaves.
    enum HopMood {
        ATTESTS,
        SILENT,
        STRIPS,
        DENIES,
        CONTRADICTS_ITSELF,
        ADMITS_CLEAR,
        WRONG_TUPLE,
        ELSEWHERE,
        UNSIGNED,
        BADLY_SIGNED,
        SIGNED_BY_ANOTHER,
        TWICE,
        GARBAGE,
        FLOOD,
        BESIEGED,
        LATE
    }

    /// A hop: whether Hop-Record names it, and what it says.
    record HopPlan(String host, boolean listed, HopMood mood) {
        boolean good() {
            return switch (mood) {
                case ATTESTS, TWICE, BESIEGED -> listed;
                default -> false;
            };
        }
    }

    /// How the callee writes Hop-Record.
    enum RecordStyle {
        PLAIN,
        URIS,
        ROWS,
        WITH_GATEWAY,
        MISSING,
        BROKEN
    }

    /// Whether everybody means well, so that the call must be ASSURED. Forgers elsewhere may try.
    boolean good() {
        return assured
                && (offer == Wrapping.READABLE || offer == Wrapping.READABLE_SIGNED)
                && (answer == Wrapping.READABLE || answer == Wrapping.READABLE_SIGNED)
                && offerShape.ordinal() <= Shape.HELD.ordinal()
                && answerShape == fitting(offerShape, answerShape)
                && answerShape.ordinal() <= Shape.HELD.ordinal()
                && outcome == Outcome.ANSWER
                && caller == CallerMood.PATIENT
                && recordStyle != RecordStyle.MISSING
                && recordStyle != RecordStyle.BROKEN
                && hops.stream().allMatch(HopPlan::good);
    }

    /// The same call of one who does not know e2e-sec; `refusing` says that the callee will not
    /// have the tag.
    CallPlan unaware(boolean refusing) {
        return new CallPlan(
                number,
                outbound,
                false,
                offer,
                answer,
                offerShape,
                answerShape,
                refusing ? Outcome.REFUSE_TAG : outcome,
                hops,
                recordStyle,
                caller,
                calleeHangsUp,
                changes,
                ingressProxies,
                labelled,
                ringing,
                talking,
                pattern);
    }

    static CallPlan draw(int number, Chance chance) {
        var nice = chance.evens();
        var outbound = chance.evens();
        var offerShape = nice ? pleasant(chance) : shape(chance);
        var answerShape = nice ? pleasant(chance) : shape(chance);
        if (nice || !chance.oneIn(20)) {
            answerShape = fitting(offerShape, answerShape);
        }
        return new CallPlan(
                number,
                outbound,
                !chance.oneIn(8),
                nice ? Wrapping.READABLE_SIGNED : wrapping(chance),
                nice ? Wrapping.READABLE : wrapping(chance),
                offerShape,
                answerShape,
                nice ? Outcome.ANSWER : outcome(chance),
                hops(number, nice, chance),
                nice
                        ? chance.of(RecordStyle.PLAIN, RecordStyle.URIS, RecordStyle.ROWS)
                        : chance.of(RecordStyle.values()),
                nice ? CallerMood.PATIENT : mood(chance),
                chance.oneIn(3),
                chance.oneIn(4) ? chance.below(3) : 0,
                chance.below(3),
                chance.evens(),
                chance.between(10, 20_000),
                chance.between(10, 120_000),
                chance.mostly(2, Pattern.INVITE_AND_SUCCESS, Pattern.values()));
    }

    private static Shape pleasant(Chance chance) {
        return chance.of(Shape.AUDIO, Shape.AUDIO_VIDEO, Shape.MUX);
    }

    /// An answer has as many media as its offer (RFC 3264 §6).
    private static Shape fitting(Shape offer, Shape answer) {
        if (answer.ordinal() > Shape.HELD.ordinal()) {
            return answer;
        }
        if (offer == Shape.AUDIO_VIDEO) {
            return Shape.AUDIO_VIDEO;
        }
        return answer == Shape.AUDIO_VIDEO ? Shape.AUDIO : answer;
    }

    private static Wrapping wrapping(Chance chance) {
        return chance.mostly(2, Wrapping.READABLE, Wrapping.values());
    }

    private static Shape shape(Chance chance) {
        return chance.mostly(3, Shape.AUDIO, Shape.values());
    }

    private static Outcome outcome(Chance chance) {
        return chance.mostly(2, Outcome.ANSWER, Outcome.values());
    }

    private static CallerMood mood(Chance chance) {
        return chance.mostly(2, CallerMood.PATIENT, CallerMood.values());
    }

    private static List<HopPlan> hops(int number, boolean nice, Chance chance) {
        var hops = new ArrayList<HopPlan>();
        int size = chance.below(4);
        for (int i = 0; i < size; i++) {
            var mood =
                    nice
                            ? chance.mostly(20, HopMood.ATTESTS, HopMood.TWICE, HopMood.BESIEGED)
                            : chance.mostly(3, HopMood.ATTESTS, HopMood.values());
            var listed = !chance.oneIn(nice ? 40 : 6);
            hops.add(new HopPlan("p" + i + ".path" + number % 7 + ".example", listed, mood));
        }
        return List.copyOf(hops);
    }
}
