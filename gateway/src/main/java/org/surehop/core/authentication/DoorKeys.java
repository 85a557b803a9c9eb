package org.surehop.core.authentication;

import java.util.List;

/// What the edge lends for Digest: hash functions, the users, and 32 octets of chance that are
/// drawn at each start, so that no nonce outlives the process. Shows none of them.
public record DoorKeys(Hashing hashing, List<Account> accounts, byte[] secret) {
    /// For a gateway that asks nobody: no credentials would ever be right.
    public static final DoorKeys NONE =
            new DoorKeys(
                    (algorithm, _) -> new byte[algorithm.hexDigits() / 2], List.of(), new byte[32]);

    public DoorKeys {
        accounts = List.copyOf(accounts);
        secret = secret.clone();
    }

    @Override
    public byte[] secret() {
        return secret.clone();
    }

    @Override
    public String toString() {
        return "DoorKeys[" + accounts.size() + " users]";
    }
}
