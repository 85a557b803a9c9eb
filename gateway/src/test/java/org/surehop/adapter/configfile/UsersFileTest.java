package org.surehop.adapter.configfile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.surehop.core.authentication.Account;
import org.surehop.core.config.Authentication;
import org.surehop.core.sip.SipUri;

class UsersFileTest {
    private static final String HA1 = "ab".repeat(32);

    private static List<Account> read(String text) throws UsersFile.Fault {
        return UsersFile.read(
                text, Authentication.NONE, "gw.example", (_, octets) -> octets.clone());
    }

    @Test
    void readsPasswordsAndHashes() throws Exception {
        var read =
                read(
                        """
                        # the office

                        alice password wonder:land sip:alice@office.example a@b.example
                          bob   SHA-256 %s
                        bob SHA-512-256 %s
                        """
                                .formatted(HA1, HA1));
        assertEquals(List.of("alice", "bob"), read.stream().map(Account::name).toList());
        assertTrue(read.getFirst().maySpeakAs(SipUri.of("a", "b.example", 0)));
        assertFalse(read.getFirst().maySpeakAs(SipUri.of("c", "b.example", 0)));
        assertTrue(read.getLast().maySpeakAs(SipUri.of("c", "b.example", 0)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "alice | line 1: expected a name, password or an algorithm, and a secret",
                "alice SHA-1 secret | line 1: expected password, SHA-256, SHA-512-256 or MD5",
                "alice SHA-256 secret | line 1: expected 64 lower-case hexadecimal digits",
                "a:b password secret | line 1: expected a name without ':' and quotation marks",
                "a password s b | line 1: expected addresses of the form user@host behind"
                        + " the secret"
            })
    void saysWhichLineIsWrongAndNotWhatStandsThere(String line, String fault) {
        var thrown = assertThrows(UsersFile.Fault.class, () -> read(line));
        assertEquals(fault, thrown.getMessage());
        assertFalse(String.valueOf(thrown.getMessage()).contains(" s "));
    }

    @Test
    void refusesTwoSecretsOfOneUser() {
        var thrown =
                assertThrows(
                        UsersFile.Fault.class,
                        () -> read("alice password a\nalice SHA-256 " + HA1));
        assertEquals(
                "line 2: expected one secret of a user for each algorithm", thrown.getMessage());
    }
}
