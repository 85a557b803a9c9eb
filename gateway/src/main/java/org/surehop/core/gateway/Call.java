package org.surehop.core.gateway;

import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.surehop.core.call.CallLife;
import org.surehop.core.dialog.LegDialog;
import org.surehop.core.disclosure.KeyScope;
import org.surehop.core.pinhole.GroupId;
import org.surehop.core.report.CallKey;
import org.surehop.core.report.CallRecord;
import org.surehop.core.sip.ChannelSecurity;
import org.surehop.core.sip.Inbound;
import org.surehop.core.sip.Leg;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Side;
import org.surehop.core.sip.SipUri;

/// One call: its two dialogs, its place in [CallLife], its pinholes and its story. Kept by the loop
/// alone.
final class Call implements Relation {
    /// Early dialogs towards forks are kept up to this many; more is a peer gone wrong.
    private static final int MAX_FORKS = 16;

    private static final int MAX_LADDER = 64;

    final long number;
    final CallKey key;
    final Instant began;
    final Terms terms;
    final String tokenA;
    final String tokenB;
    final String peer;
    private final String owner;
    private List<CallRecord.LadderLine> ladder = new ArrayList<>();
    private final Map<String, LegDialog> forks = new LinkedHashMap<>();

    CallLife.State life = CallLife.initial();
    LegDialog legA;
    /// The names that each leg's far end has proven by its certificate.
    final Map<Leg, List<String>> proven = new EnumMap<>(Leg.class);
    Optional<LegDialog> legB = Optional.empty();
    Side sideB;
    /// The highest CSeq sent towards any fork: all of them count the caller's numbers.
    long sentToB;
    Optional<Request> ack = Optional.empty();
    private Map<String, String> facts = new LinkedHashMap<>();
    /// What the INVITE offers, to whichever fork.
    final Session base;
    /// The offers and answers of each dialog, by the callee's tag.
    private final Map<String, Session> sessions = new LinkedHashMap<>();
    /// The changes that remove rules of this call, while they are under way.
    final Set<Long> removals = new HashSet<>();
    /// When the session timer is over, if there is one and nobody refreshes the session.
    Optional<Instant> silentAfter = Optional.empty();
    /// BYEs that go on as soon as the rules are gone.
    final List<Passage> waiting = new ArrayList<>();
    /// Requests whose transactions are not over, and those of them without a final answer.
    int passages;

    /// A call for help that policy let pass (EDG-63).
    boolean bypass;
    int unfinished;
    /// Verdicts that are still awaited or may still change.
    int tracks;
    private boolean told;
    /// Whether a body of it was opened: content keys may be kept for it.
    private boolean keys;
    /// Under which certificate each end has signed last, by its tag.
    private final Map<String, String> signers = new LinkedHashMap<>();
    Optional<InetAddress> addressA;
    /// Whether the caller came in clear, which only a call without e2e-sec may.
    final boolean clear;
    /// The user of ours whom it concerns (E2M-12).
    final SipUri served;
    Optional<InetAddress> addressB = Optional.empty();

    Call(long number, Request invite, Inbound inbound, Names names, Side sideB) {
        this.number = number;
        this.owner = "call-" + number;
        this.key =
                new CallKey(
                        invite.callId(),
                        invite.from().tag(),
                        invite.cseq().number(),
                        invite.method());
        this.began = names.at();
        this.terms = names.terms();
        this.tokenA = names.tokenA();
        this.tokenB = names.tokenB();
        this.peer = names.peer();
        this.legA = LegDialog.towardsCaller(invite, inbound, tokenA);
        this.proven.put(Leg.A, Admission.identities(inbound));
        this.sideB = sideB;
        this.addressA = Optional.ofNullable(inbound.remote().getAddress());
        this.base = new Session("", new GroupId(number));
        this.clear = inbound.security() instanceof ChannelSecurity.Clear;
        this.served = Passage.served(inbound, invite);
    }

    /// Whether that came in clear for a leg that began on TLS.
    @Override
    public boolean downgrades(Leg leg, Inbound inbound) {
        return inbound.security() instanceof ChannelSecurity.Clear && !(clear && leg == Leg.A);
    }

    @Override
    public List<String> proven(Leg leg) {
        return proven.getOrDefault(leg, List.of());
    }

    /// What a new call is called, and by whom it came.
    record Names(Instant at, Terms terms, String tokenA, String tokenB, String peer) {}

    @Override
    public String owner() {
        return owner;
    }

    /// What is said of the call in words; the later word wins, and the one before it comes back.
    Optional<String> fact(String name, String word) {
        return told ? Optional.empty() : Optional.ofNullable(facts.put(name, word));
    }

    boolean hasFact(String name) {
        return facts.containsKey(name);
    }

    /// The scope for content keys that the next body may bring.
    KeyScope opensKeys() {
        keys = true;
        return KeyScope.ofCall(key.callId(), owner);
    }

    /// That end has signed under that certificate; under which one before comes back.
    Optional<String> signedBy(String tag, String fingerprint) {
        return signers.size() <= MAX_FORKS || signers.containsKey(tag)
                ? Optional.ofNullable(signers.put(tag, fingerprint))
                : Optional.empty();
    }

    /// The scope to be wiped, once, if a body was ever opened in it.
    Optional<KeyScope> closesKeys() {
        var scope = keys ? Optional.of(opensKeys()) : Optional.<KeyScope>empty();
        keys = false;
        return scope;
    }

    @Override
    public Terms terms() {
        return terms;
    }

    @Override
    public String token(Leg leg) {
        return leg == Leg.A ? tokenA : tokenB;
    }

    @Override
    public void busy(int change) {
        passages += change;
    }

    @Override
    public boolean ended() {
        return life instanceof CallLife.State.Ended;
    }

    boolean established() {
        return life instanceof CallLife.State.Established;
    }

    @Override
    public Optional<LegDialog> near(Leg from, Request request) {
        var near =
                from == Leg.A
                        ? Optional.of(callerDialog(request.to()))
                        : dialog(Leg.B, request.from().tag());
        return near.filter(d -> d.owns(request));
    }

    /// What was heard in an early dialog of the caller's leg is not kept.
    @Override
    public void heard(Leg from, LegDialog near) {
        if (from == Leg.B || near.local().tag().equals(legA.local().tag())) {
            replace(from, near);
        }
    }

    /// The dialog towards that leg which carries the given To tag, else the confirmed one.
    @Override
    public Optional<LegDialog> dialog(Leg leg, String calleeTag) {
        if (leg == Leg.A) {
            return Optional.of(legA);
        }
        return legB.or(() -> Optional.ofNullable(forks.get(calleeTag)));
    }

    /// Remembers an early dialog, by the To tag of the fork that made it.
    void early(LegDialog dialog) {
        var tag = dialog.remote().tag();
        if (forks.size() < MAX_FORKS || forks.containsKey(tag)) {
            forks.put(tag, dialog);
        }
    }

    /// Remembers the dialog of a fork that has accepted too late: it is about to be ended.
    void late(LegDialog dialog) {
        forks.put(dialog.remote().tag(), dialog);
    }

    /// The offers and answers of the dialog with that callee's tag; of the one that has won, if
    /// there is no other.
    Session session(String tag) {
        var own = sessions.get(tag);
        return own != null ? own : sessions.values().stream().findFirst().orElse(base);
    }

    /// The same for a response to the INVITE: a new tag is a new fork. Too many that only ring are
    /// a peer gone wrong, and have none.
    Optional<Session> fork(String tag, boolean accepts, LongSupplier numbers) {
        if (!accepts && sessions.size() >= MAX_FORKS && !sessions.containsKey(tag)) {
            return Optional.empty();
        }
        return Optional.of(
                sessions.computeIfAbsent(tag, t -> base.fork(t, new GroupId(numbers.getAsLong()))));
    }

    /// Forgets every other dialog, and says whose groups are to be closed.
    List<GroupId> keepOnly(Session kept) {
        var lost = groups().stream().filter(g -> !g.equals(kept.group)).toList();
        sessions.values().removeIf(s -> s != kept);
        return lost;
    }

    /// The call is over: what was said of media is of no use any more.
    void forgetSessions() {
        sessions.clear();
        base.forget();
    }

    /// All groups of pinholes that the call may have.
    List<GroupId> groups() {
        var all = new ArrayList<GroupId>();
        all.add(base.group);
        sessions.values().forEach(s -> all.add(s.group));
        return all;
    }

    /// Whether the session timer has run out (RFC 4028): nobody holds the rules any longer.
    boolean silent(Instant now) {
        return silentAfter.filter(end -> !now.isBefore(end)).isPresent();
    }

    /// The INVITE is sent once more (POL-81): what its first try has made counts no longer.
    void startAgain(String words) {
        forks.clear();
        facts.put("e2e-sec", words);
    }

    /// The callee has answered: its dialog is the one that counts.
    void confirm(LegDialog dialog) {
        legB = Optional.of(dialog);
        legA = legA.answeredBy(dialog.remote());
        forks.clear();
    }

    /// The early dialog that the caller sees, so that its requests before the answer are at home.
    LegDialog callerDialog(NameAddr to) {
        return legA.local().tag().isEmpty() ? legA.answeredBy(to) : legA;
    }

    @Override
    public void replace(Leg leg, LegDialog dialog) {
        if (leg == Leg.A) {
            legA = dialog;
            return;
        }
        sentToB = Math.max(sentToB, dialog.highestCSeq());
        if (legB.isPresent()) {
            legB = Optional.of(dialog);
        } else {
            forks.put(dialog.remote().tag(), dialog);
        }
    }

    void line(Instant at, String from, String to, String text) {
        if (ladder.size() < MAX_LADDER && !told) {
            ladder.add(new CallRecord.LadderLine(at, from, to, text));
        }
    }

    /// Whether the story as last told is the whole of it: nothing of the call is under way.
    boolean told() {
        return told;
    }

    /// Forgets the story once it is told to the end; what is left only waits for repetitions.
    void settle() {
        if (ended() && unfinished == 0 && tracks == 0 && removals.isEmpty()) {
            told = true;
            ladder = List.of();
            facts = Map.of();
            ack = Optional.empty();
        }
    }

    CallRecord story(Instant at) {
        return new CallRecord(key, began, at, ended(), facts, ladder);
    }
}
