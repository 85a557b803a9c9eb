package org.surehop.core.gateway;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.surehop.core.sip.Request;

/// The passages under way, as each of those who ask for one knows it: by the server transaction it
/// came by, by the client transaction it left by, by its own name, and by what makes two requests
/// the same one.
final class Underway {
    private final Map<ServerKey, Passage> byServer = new HashMap<>();
    private final Map<TransactionKey, Passage> byClient = new HashMap<>();
    private final Map<String, Passage> byOwner = new HashMap<>();
    private final Map<String, Integer> identities = new HashMap<>();

    int size() {
        return byOwner.size() + byClient.size();
    }

    void add(Passage passage) {
        byServer.put(passage.serverKey, passage);
        byOwner.put(passage.owner(), passage);
        identities.merge(identity(passage.request), 1, Integer::sum);
    }

    /// From now on the responses to that client transaction are this passage's.
    void left(TransactionKey key, Passage passage) {
        byClient.put(key, passage);
    }

    Optional<Passage> by(ServerKey key) {
        return Optional.ofNullable(byServer.get(key));
    }

    Optional<Passage> by(TransactionKey key) {
        return Optional.ofNullable(byClient.get(key));
    }

    Optional<Passage> by(String owner) {
        return Optional.ofNullable(byOwner.get(owner));
    }

    List<Passage> of(Call call) {
        return byOwner.values().stream()
                .filter(p -> p.call.filter(c -> c == call).isPresent())
                .toList();
    }

    /// Whether the same request is on its way already by another branch (RFC 3261 §8.2.2.2).
    boolean merged(Request request) {
        return identities.containsKey(identity(request));
    }

    private static String identity(Request request) {
        return request.callId()
                + "|"
                + request.from().tag()
                + "|"
                + request.cseq().number()
                + "|"
                + request.method()
                + "|"
                + request.uri();
    }

    /// The asking side has its answer.
    void answered(Passage passage) {
        byServer.remove(passage.serverKey);
        identities.computeIfPresent(identity(passage.request), (_, n) -> n == 1 ? null : n - 1);
    }

    /// The client transaction is over: the passage that it was, if any.
    Optional<Passage> over(TransactionKey key) {
        return Optional.ofNullable(byClient.remove(key));
    }

    /// Whether it was still known, and is no longer.
    boolean forget(Passage passage) {
        return byOwner.remove(passage.owner()) != null;
    }
}
