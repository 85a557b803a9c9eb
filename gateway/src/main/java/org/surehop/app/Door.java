package org.surehop.app;

import java.security.SecureRandom;
import java.util.List;
import org.surehop.adapter.configfile.UsersFile;
import org.surehop.adapter.tls.Hashes;
import org.surehop.core.authentication.Account;
import org.surehop.core.authentication.DoorKeys;
import org.surehop.core.config.GatewayConfig;

/// Fetches what Digest needs: the users' file, hash functions, and chance.
final class Door {
    private static final int SECRET_OCTETS = 32;

    private Door() {}

    static DoorKeys keys(GatewayConfig config) throws StartFault {
        var secret = new byte[SECRET_OCTETS];
        new SecureRandom().nextBytes(secret);
        return new DoorKeys(new Hashes(), accounts(config), secret);
    }

    /// The fault names the key and the line, never what stands there.
    static List<Account> accounts(GatewayConfig config) throws StartFault {
        var policy = config.authentication();
        if (policy.users().name().isEmpty()) {
            return List.of();
        }
        var text =
                Secrets.read(policy.users())
                        .orElseThrow(
                                () ->
                                        new StartFault(
                                                "authentication.users: "
                                                        + policy.users()
                                                        + ": cannot be read, expected the users"));
        try {
            return UsersFile.read(text, policy, config.gateway().name(), new Hashes());
        } catch (UsersFile.Fault e) {
            throw new StartFault("authentication.users: " + policy.users() + ": " + e.getMessage());
        }
    }
}
