package org.surehop.adapter.configfile;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.surehop.core.authentication.Account;
import org.surehop.core.authentication.Hashing;
import org.surehop.core.config.Authentication;
import org.surehop.core.config.Authentication.Algorithm;

/// The users of our realm, one line each: name, `password` or an algorithm, the password or the
/// hash HA1, and the addresses of record that the user may have in From (none: any). Fields are
/// separated by white space; `#` begins a comment. A user may have a line for each algorithm.
public final class UsersFile {
    private static final int MOST_USERS = 100_000;

    private final Authentication policy;
    private final String realm;
    private final Hashing hashing;
    private final Map<String, Map<Algorithm, String>> hashes = new LinkedHashMap<>();
    private final Map<String, Set<String>> addresses = new LinkedHashMap<>();

    private UsersFile(Authentication policy, String realm, Hashing hashing) {
        this.policy = policy;
        this.realm = realm;
        this.hashing = hashing;
    }

    /// A line that is none: its number and what was expected, never what stands in it.
    public static final class Fault extends Exception {
        private static final long serialVersionUID = 1L;

        Fault(int line, String expected) {
            super("line " + line + ": expected " + expected);
        }
    }

    /// `host` is the realm when the policy names none.
    public static List<Account> read(
            String text, Authentication policy, String host, Hashing hashing) throws Fault {
        var realm = policy.realm().isEmpty() ? host : policy.realm();
        var file = new UsersFile(policy, realm, hashing);
        var number = 0;
        for (var line : text.lines().toList()) {
            number++;
            var fields = line.strip().split("\\s+");
            if (!line.isBlank() && !fields[0].startsWith("#")) {
                file.line(number, fields);
            }
        }
        return file.accounts();
    }

    private void line(int number, String[] fields) throws Fault {
        if (fields.length < 3) {
            throw new Fault(number, "a name, password or an algorithm, and a secret");
        }
        if (fields[0].contains(":") || fields[0].contains("\"")) {
            throw new Fault(number, "a name without ':' and quotation marks");
        }
        if (hashes.size() >= MOST_USERS) {
            throw new Fault(number, "at most " + MOST_USERS + " users");
        }
        var mine = hashes.computeIfAbsent(fields[0], _ -> new EnumMap<>(Algorithm.class));
        if (fields[1].equals("password")) {
            for (var algorithm : policy.algorithms()) {
                var text = fields[0] + ":" + realm + ":" + fields[2];
                var hash = hashing.hash(algorithm, text.getBytes(StandardCharsets.UTF_8));
                add(number, mine, algorithm, HexFormat.of().formatHex(hash));
            }
        } else {
            var algorithm = algorithm(number, fields[1]);
            var form = "[0-9a-f]{" + algorithm.hexDigits() + "}";
            if (!fields[2].matches(form)) {
                throw new Fault(number, algorithm.hexDigits() + " lower-case hexadecimal digits");
            }
            add(number, mine, algorithm, fields[2]);
        }
        var known = addresses.computeIfAbsent(fields[0], _ -> new LinkedHashSet<>());
        for (int i = 3; i < fields.length; i++) {
            var address = fields[i].replaceFirst("^sips?:", "");
            if (!address.matches("[^@\\s]+@[^@\\s]+")) {
                throw new Fault(number, "addresses of the form user@host behind the secret");
            }
            known.add(address);
        }
    }

    private static void add(int number, Map<Algorithm, String> mine, Algorithm one, String hash)
            throws Fault {
        if (mine.put(one, hash) != null) {
            throw new Fault(number, "one secret of a user for each algorithm");
        }
    }

    private static Algorithm algorithm(int number, String name) throws Fault {
        return Arrays.stream(Algorithm.values())
                .filter(a -> a.wireName().equals(name))
                .findFirst()
                .orElseThrow(() -> new Fault(number, "password, SHA-256, SHA-512-256 or MD5"));
    }

    private List<Account> accounts() {
        var all = new ArrayList<Account>();
        hashes.forEach(
                (name, mine) ->
                        all.add(
                                new Account(
                                        name,
                                        mine,
                                        List.copyOf(addresses.getOrDefault(name, Set.of())))));
        return all;
    }
}
