package org.surehop.core.authentication;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.surehop.core.config.Authentication;
import org.surehop.core.config.Authentication.Algorithm;
import org.surehop.core.config.Authentication.Qop;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Request;

/// Challenges and checks credentials for one realm. Keeps only which counts of which nonces were
/// used; belongs to one thread.
public final class Digest {
    private final Authentication policy;
    private final String realm;
    private final Hash hash;
    private final Nonces nonces;
    private final Map<String, Account> accounts = new HashMap<>();
    private final Map<String, Account> hashedNames = new HashMap<>();

    /// `host` is the realm when the policy names none.
    public Digest(Authentication policy, String host, DoorKeys keys) {
        this.policy = policy;
        this.realm = policy.realm().isEmpty() ? host : policy.realm();
        this.hash = new Hash(keys.hashing());
        this.nonces = new Nonces(hash, keys.secret(), policy.maxNonces());
        users(keys.accounts());
    }

    /// These are the users from now on, and nobody else.
    public void users(List<Account> known) {
        accounts.clear();
        hashedNames.clear();
        for (var account : known) {
            accounts.put(account.name(), account);
            for (var algorithm : policy.algorithms()) {
                // RFC 7616 §3.4.4
                hashedNames.put(hash.hex(algorithm, account.name() + ":" + realm), account);
            }
        }
    }

    public String realm() {
        return realm;
    }

    /// A request with credentials for this realm: when it came and from whom by TLS and address.
    public record Attempt(Instant now, String peer, Request request, DigestCredentials shown) {}

    /// What came of it.
    public sealed interface Finding {
        record Known(Account account) implements Finding {}

        /// `reason` is CREDENTIALS_WRONG, CREDENTIALS_STALE or CREDENTIALS_REPLAYED.
        record Unknown(Reason reason) implements Finding {}
    }

    /// The rows of a challenge, in order of preference; `stale` says that the password was right.
    public List<String> challenge(Instant now, String token, String peer, boolean stale) {
        var nonce = nonces.issue(now, token, peer);
        var qops = policy.qops().stream().map(Qop::wireName).collect(Collectors.joining(","));
        var rows = new ArrayList<String>();
        for (var algorithm : policy.algorithms()) {
            rows.add(
                    "Digest realm=\"%s\", nonce=\"%s\", algorithm=%s, qop=\"%s\"%s, userhash=true"
                            .formatted(
                                    realm,
                                    nonce,
                                    algorithm.wireName(),
                                    qops,
                                    stale ? ", stale=true" : ""));
        }
        return rows;
    }

    /// The work is the same whether the user is known or not.
    public Finding check(Attempt attempt) {
        var shown = attempt.shown();
        var algorithm = shown.algorithm().filter(policy.algorithms()::contains);
        var qop = shown.qop().filter(policy.qops()::contains);
        var sameUri = shown.value("uri").equals(attempt.request().uri().text());
        if (!shown.wellFormed() || algorithm.isEmpty() || qop.isEmpty() || !sameUri) {
            return new Finding.Unknown(Reason.CREDENTIALS_WRONG);
        }
        var account = account(shown);
        var secret = account.flatMap(a -> a.hash(algorithm.get()));
        var expected =
                response(
                        algorithm.get(),
                        secret.orElse("0".repeat(algorithm.get().hexDigits())),
                        qop.get(),
                        attempt);
        var right =
                Hash.same(expected, shown.value("response").toLowerCase(Locale.ROOT))
                        && secret.isPresent();
        var made = nonces.made(shown.value("nonce"), attempt.peer());
        if (!right) {
            return new Finding.Unknown(Reason.CREDENTIALS_WRONG);
        }
        var oldest = attempt.now().minus(policy.nonceLifetime());
        if (made.isEmpty() || made.get().isBefore(oldest)) {
            return new Finding.Unknown(Reason.CREDENTIALS_STALE);
        }
        var fresh =
                nonces.take(
                        shown.value("nonce"), shown.count(), attempt.now(), policy.nonceLifetime());
        return fresh
                ? new Finding.Known(account.orElseThrow())
                : new Finding.Unknown(Reason.CREDENTIALS_REPLAYED);
    }

    private Optional<Account> account(DigestCredentials shown) {
        var name = shown.value("username");
        return Optional.ofNullable(
                shown.value("userhash").equalsIgnoreCase("true")
                        ? hashedNames.get(name)
                        : accounts.get(name));
    }

    /// RFC 7616 §3.4.1; H(entity-body) of an empty body is the hash of nothing (RFC 8760 §2.6).
    private String response(Algorithm algorithm, String secret, Qop qop, Attempt attempt) {
        var shown = attempt.shown();
        var request = attempt.request();
        var a2 = request.method().name() + ":" + shown.value("uri");
        if (qop == Qop.AUTH_INT) {
            a2 += ":" + hash.hex(algorithm, request.body().octets().toArray());
        }
        return hash.hex(
                algorithm,
                String.join(
                        ":",
                        secret,
                        shown.value("nonce"),
                        shown.value("nc"),
                        shown.value("cnonce"),
                        shown.value("qop"),
                        hash.hex(algorithm, a2)));
    }

    /// How many nonces are remembered.
    public int size() {
        return nonces.size();
    }
}
