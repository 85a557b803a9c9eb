package org.surehop.adapter.configfile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.surehop.core.gateway.Event;

/// What is wrong with a file is said in one sentence each: file, key, expected form.
class ConfigFaultsTest {
    /// What stands in the shipped file, what stands there instead, and what is said of it.
    private static final String FAULTS =
            """
        blind-highest-port: 16399 | blind-highest-port: 16383 | pinholes.blind-highest-port: expected no port below pinholes.blind-lowest-port and at most 128 ports
        any-source-rate: 500   | any-source-rate: 0     | pinholes.any-source-rate: expected a whole number from 1 to 1000000, found '0'
        packet-mark: 0         | packet-mark: -1        | pinholes.packet-mark: expected a whole number from 0 to 2147483647, found '-1'
        t1: 500ms              | tone: 500ms            | timers.tone: unknown key, expected one of t1, ringing, call-duration, work, subscription
        name: gw.example.net   | id: surehop            | gateway.name: is missing, expected a host name or an address
        port: 5062             | port: 70000            | listeners[1].port: expected a whole number from 1 to 65535, found '70000'
        port: 5062             | port: abc              | listeners[1].port: expected a whole number from 1 to 65535, found 'abc'
        port: 5062             | port: 5061             | listeners[1].port: '0.0.0.0 port 5061' is used twice, expected each only once
        side: inside           | side: left             | listeners[0].side: expected one of inside, outside, found 'left'
        name: outside          | name: inside           | listeners[1].name: 'inside' is used twice, expected each only once
        name: outside          | name: 7                | listeners[1].name: expected a name of letters, digits, '.', '_' and '-', at most 64, found '7'
        address: 0.0.0.0       | address: example.org   | listeners[0].address: expected an IPv4 or IPv6 address, found 'example.org'
        address: 0.0.0.0       | address: 999.0.0.1     | listeners[0].address: expected an IPv4 or IPv6 address, found '999.0.0.1'
        inject: false          | inject: always         | routes[0].inject: expected true or false, found 'always'
        on-injected-rejected: reject | on-injected-rejected: retry | routes[0].on-injected-rejected: expected one of reject, retry-without, found 'retry'
        leg-mode: anchored     | leg-mode: proxy        | routes[0].leg-mode: expected one of anchored, transparent, found 'proxy'
        injected-reject-status: 403 | injected-reject-status: 420 | path.injected-reject-status: expected one of [403, 480, 488], found '420'
        challenge-memory: 64s  | challenge-memory: 0s   | path.challenge-memory: expected a duration such as 500ms, 30s, 5m, 2h or 7d, from 1s to 10m, found '0s'
        to: office             | to: offfice            | routes[0].to: no peer has the name 'offfice', expected dns or one of [office]
        key: file:/etc/surehop/tls.key | key: MIIEvQIBADAN | tls.key: expected a reference file:PATH or env:NAME, never the secret itself
        minimum-version: TLSv1.2 | minimum-version: TLSv1.1 | tls.minimum-version: expected one of TLSv1.2, TLSv1.3, found 'TLSv1.1'
        handshake-timeout: 10s | handshake-timeout: 10  | tls.handshake-timeout: expected a duration such as 500ms, 30s, 5m, 2h or 7d, from 100ms to 60s, found '10'
        handshake-timeout: 10s | handshake-timeout: 2h  | tls.handshake-timeout: expected a duration such as 500ms, 30s, 5m, 2h or 7d, from 100ms to 60s, found '2h'
        header-bytes: 16KiB    | header-bytes: 16KB     | limits.header-bytes: expected a size such as 512, 64KiB or 1MiB, from 1KiB to 64KiB, found '16KB'
        body-bytes: 64KiB      | body-bytes: 2MiB       | limits.body-bytes: expected a size such as 512, 64KiB or 1MiB, from 1KiB to 1MiB, found '2MiB'
        notify-mode: learned   | implicit-notify: true  | peers[0].implicit-notify: is no longer a key, expected notify-mode: implicit for true, learned for false
        notify-mode: learned   | notify-mode: always    | peers[0].notify-mode: expected one of off, explicit, learned, implicit, found 'always'
        evidence: 16MiB        | evidence: 1KiB         | notifies.evidence: expected a size such as 512, 64KiB or 1MiB, from 64KiB to 1024MiB, found '1KiB'
        minimum-expires: 60s   | minimum-expires: 2h    | notifies.minimum-expires: expected a duration such as 500ms, 30s, 5m, 2h or 7d, from 1s to 1h, found '2h'
        clear-sdp: false       | clear-sdp: maybe       | disclosure.clear-sdp: expected true or false, found 'maybe'
        srtp-keys: report      | srtp-keys: hide        | disclosure.srtp-keys: expected one of report, refuse, found 'hide'
        key-operations-per-user: 100 | key-operations-per-user: 0 | disclosure.key-operations-per-user: expected a whole number from 1 to 1000000, found '0'
        key-operations-per-peer: 1000 | key-operations-per-peer: many | disclosure.key-operations-per-peer: expected a whole number from 1 to 1000000, found 'many'
        authenticate: none     | authenticate: basic    | listeners[0].authenticate: expected one of none, digest, found 'basic'
        authenticate: none     | authenticate: digest   | authentication.users: is missing, expected file:PATH or env:NAME of the users' hashes
        algorithms: [SHA-256, SHA-512-256] | algorithms: [SHA-1] | authentication.algorithms[0]: expected SHA-256, SHA-512-256 or MD5, found 'SHA-1'
        qop: [auth-int, auth]  | qop: []                | authentication.qop: expected at least one
        users: ""              | users: "alice:secret"  | authentication.users: expected a reference file:PATH or env:NAME, never the secret itself
        identities: report     | identities: hide       | disclosure.identities: expected one of ignore, report, refuse, found 'hide'
        tunnels: refuse        | tunnels: hide          | disclosure.tunnels: expected one of ignore, report, refuse, found 'hide'
        require-authenticated-label: false | require-authenticated-label: maybe | disclosure.require-authenticated-label: expected true or false, found 'maybe'
        max-sessions: 16       | max-sessions: 0        | midcom.max-sessions: expected a whole number from 1 to 1024, found '0'
        prefixes: [10.2.0.0/16] | prefixes: [10.2.0.0]  | midcom.agents[0].prefixes[0]: expected an address block such as 10.0.0.0/8, found '10.2.0.0'
        administrator: false   | administrator: root    | midcom.agents[0].administrator: expected true or false, found 'root'
        address: 192.0.2.10    | address: fw.example    | midcom.middleboxes[0].address: expected an IPv4 or IPv6 address, found 'fw.example'
        prefixes: [10.1.0.0/16] | prefixes: []          | midcom.middleboxes[0].prefixes: is missing, expected a list with an address block such as 10.0.0.0/8
        must-read: sdp         | must-read: all         | disclosure.must-read: expected one of sdp, body, found 'all'
        user: "*@guests.example" | user: guests         | disclosure.users[0].user: expected user@host or *@host, found 'guests'
        reject-status: 420     | reject-status: 404     | assurance.reject-status: expected one of [420, 480, 488], found '404'
        cap: 64s               | cap: 2s                | assurance.cap: expected a duration that is not shorter than assurance.grace
        topology: full                 # full, | topology: hide # full, | assurance.topology: expected one of full, domain, self, none, found 'hide'
        topology: full               # what | topology: open # what | peers[0].topology: expected one of full, domain, self, none, found 'open'
        b2buas: []             | b2buas: [lonely.example] | assurance.b2buas[0]: expected two or more host names of one element, each with a port or without, found 'lonely.example'
        own-domains: []        | own-domains: ["a b"]   | assurance.own-domains[0]: expected a domain name, found 'a b'
        domains: [pbx.example.com] | domains: []        | peers[0].domains: is missing, expected a list of at least one SIP domain
        user: monitor          | user: nobody           | snmp.receivers[0].user: no user has the name 'nobody', expected one of snmp.users
        uri: ssl://localhost:8883 | uri: tcp://localhost:1883 | mqtt.uri: expected ssl://HOST:PORT, found 'tcp://localhost:1883'
        refusals: 1000         | refusals: 0            | limits.refusals: expected a whole number from 1 to 1000000, found '0'
        calls: 1000            | calls: [1, 2]          | limits.calls: expected a whole number from 1 to 1000000, found 'a list'
        calls: 1000            | calls: [7]             | limits.calls: expected a whole number from 1 to 1000000, found 'a list'
        table: surehop         | table: Surehop         | pinholes.table: expected 1 to 31 lower-case letters, digits and _, beginning with a letter, found 'Surehop'
        source: addr           | source: address        | pinholes.source: expected one of addr+port, addr, any, found 'address'
        nat-without-ice: pass  | nat-without-ice: drop  | pinholes.nat-without-ice: expected one of pass, refuse, found 'drop'
        max-candidates: 64     | max-candidates: 0      | pinholes.max-candidates: expected a whole number from 1 to 1024, found '0'
        domains: [pbx.example.com] | domains: [a.example, A.example] | peers[0].domains: 'A.example' is used twice, expected each with one peer only
        [10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, "fd00::/8"] | [] | pinholes.inside-prefixes: expected at least one address block such as 10.0.0.0/8
        calls: 1000            | calls:                 | limits.calls: expected a whole number from 1 to 1000000, found 'no single value'
        "fd00::/8"]            | "fd00::/129"]          | pinholes.inside-prefixes[3]: expected an address block such as 10.0.0.0/8, found 'fd00::/129'
        outside: "" | outside: "::1" | pinholes.nat.outside: expected an IPv4 address, or nothing
        lowest-port: 20000 | lowest-port: 29999 | pinholes.nat.highest-port: expected a port above pinholes.nat.lowest-port
        server: ""  | server: box.example | pinholes.upstream.server: expected an IPv4 or IPv6 address, or nothing, found 'box.example'
        port: 5351  | port: 0 | pinholes.upstream.port: expected a whole number from 1 to 65535, found '0'
        secure-transport: tls  | secure-transport: esp  | peers[0].secure-transport: expected one of tls, ipsec, found 'esp'
        transport: tls         | transport: ipsec       | listeners[0].transport: no peer has secure-transport: ipsec, expected tls or tcp
        "timers:"              | "timers: 5"            | timers: expected a map of keys
        trial-port: 5079       | trial-port: 65535      | upkeep.trial-port: expected a whole number from 1 to 65534, found '65535'
        update-request: ""     | update-request: "x"    | upkeep.update-user: is missing, expected the name of one of snmp.users
        update-user: ""        | update-user: monitor   | upkeep.update-request: is missing, expected the path of a file to be made
        update-user: ""        | update-user: nobody    | upkeep.update-user: no user has the name 'nobody', expected one of snmp.users
        messages: pass         | messages: all          | services.messages: expected one of pass, report, outgoing, inspect, found 'all'
        on-failure: refuse     | on-failure: ignore     | services.archive.on-failure: expected one of refuse, pass, found 'ignore'
        keep: 365d             | keep: 1h               | services.archive.keep: expected a duration such as 500ms, 30s, 5m, 2h or 7d, from 1d to 36500d, found '1h'
        circle: ""             | circle: "59 18"        | routes[0].area.circle: expected latitude, longitude and metres such as '59.33 18.06 5000', or nothing, found '59 18'
        polygon: []            | polygon: ["1 1", "2 2"] | routes[0].area.polygon: expected 3 to 256 corners of an area narrower than 180 degrees
        polygon: []            | polygon: ["1 1", "2 181", "3 3"] | routes[0].area.polygon[1]: expected a corner such as '59.33 18.06', latitude first, found '2 181'
        civic: []              | civic: [SE]            | routes[0].area.civic[0]: expected an element of RFC 5139 such as country=SE, found 'SE'
        civic: []              | civic: [country=SE]    | routes[0].area: expected a later route for the same domain and side without an area
        on-unusable: reject    | on-unusable: hope      | services.location.on-unusable: expected one of reject, default-route, found 'hope'
        max-mib: 4096          | max-mib: 4GiB          | services.archive.max-mib: expected a whole number from 1 to 1000000000, found '4GiB'
        """;

    @TempDir Path directory;

    @Test
    void refusesAnArchiveOfMessagesThatNobodyReads() throws Exception {
        var text =
                Shipped.text()
                        .replace("  archive:  ", "  archive:\n    certificate: a.pem #")
                        .replace(
                                "    enabled: false\n    path: /var/lib/surehop/archive",
                                "    enabled: true")
                        .replaceFirst("    certificate: \"\" +# who may read it.*\n", "");
        var file = Files.writeString(directory.resolve("unread.yaml"), text);
        var sentence = file + ": services.messages: expected report, outgoing or inspect";
        assertEquals(
                new ConfigFile.Outcome.Refused(List.of(sentence + " beside an archive")),
                ConfigFile.read(file));
    }

    // Of two routes for a domain to the same side the second was never taken.
    @Test
    void refusesARouteThatIsNeverTaken() throws Exception {
        var text =
                Shipped.text()
                        .replace(
                                "  - domain: \"*\"",
                                "  - {domain: example.com, to: dns, side: outside}\n"
                                        + "  - {domain: example.com, to: dns, side: inside}\n"
                                        + "  - domain: \"*\"");
        var file = Files.writeString(directory.resolve("twice.yaml"), text);
        assertEquals(
                new ConfigFile.Outcome.Refused(
                        List.of(
                                file
                                        + ": routes[2].domain: 'example.com inside' is used twice,"
                                        + " expected each only once")),
                ConfigFile.read(file));
    }

    @Test
    void refusesWhatContradictsATransparentRoute() throws Exception {
        var text = Shipped.text().replaceFirst("leg-mode: anchored ", "leg-mode: transparent ");
        Shipped.loaded(write(text));
        var file = write(text.replaceFirst("topology: full  ( +# what)", "topology: self $1"));
        assertEquals(
                List.of(
                        file
                                + ": routes[0].leg-mode: a transparent route shows 'office' every"
                                + " element beyond us, expected topology: full for it, or"
                                + " anchored"),
                Shipped.faults(file));
        write(text.replace("rejected: reject ", "rejected: retry-without "));
        assertEquals(
                List.of(
                        file
                                + ": routes[0].leg-mode: a transparent route keeps CSeq, expected"
                                + " on-injected-rejected: reject with it"),
                Shipped.faults(file));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = FAULTS, quoteCharacter = '\u0001')
    void saysWhatIsWrong(String good, String bad, String sentence) throws Exception {
        var text = Shipped.text().replace("  id: surehop ", "  ");
        var before = good.replaceAll("^\"(timers:)\"$", "$1");
        var after = bad.replaceAll("^\"(timers: 5)\"$", "$1");
        assertTrue(text.contains(before), before);
        var changed =
                after.equals("timers: 5")
                        ? text.replaceAll("(?s)\ntimers:.*?\n\n", "\ntimers: 5\n\n")
                        : text.replaceFirst(
                                java.util.regex.Pattern.quote(before),
                                java.util.regex.Matcher.quoteReplacement(after));
        var file = write(changed);
        var faults = Shipped.faults(file);
        assertEquals(file + ": " + sentence, faults.getFirst());
        assertFalse(faults.toString().contains("MIIE"), "a secret is never repeated");
    }

    @Test
    void takesADeclarationOfIpsecWholeOrNotAtAll() throws Exception {
        var whole =
                Shipped.text()
                        .replace("secure-transport: tls ", "secure-transport: ipsec ")
                        .replace("address: \"\" ", "address: 10.9.0.2 ");
        Shipped.loaded(write(whole));
        var faults =
                List.of(
                        List.of("10.9.0.0/24]", "0.0.0.0/0]", "ipsec-addresses[0]: expected an"),
                        List.of("[10.9.0.0/24]", "[]", "ipsec-addresses: is missing, expected a"),
                        List.of("eth1", "lo", "ipsec-interface: expected the name of a network"),
                        List.of("eth1", "\"../x\"", "ipsec-interface: expected the name of a"),
                        List.of(
                                "interface: eth1",
                                "interface: \"\"",
                                "ipsec-interface: is missing"),
                        List.of("10.9.0.2 ", "\"\" ", "address: is missing, expected where the"));
        for (var one : faults) {
            var file = write(whole.replace(one.get(0), one.get(1)));
            var told = Shipped.faults(file).getFirst();
            assertTrue(told.startsWith(file + ": peers[0]." + one.get(2)), told);
        }
        var twice =
                whole.replace(
                        "routes: ",
                        "  - {name: b, domains: [b.example], address: 10.9.0.3, secure-transport:"
                                + " ipsec, ipsec-addresses: [10.9.0.3/32], ipsec-interface: eth2}\n"
                                + "routes: ");
        assertTrue(Shipped.faults(write(twice)).getFirst().contains("peers[1].ipsec-addresses"));
    }

    @Test
    void saysEverythingThatIsWrongAtOnce() throws Exception {
        var text = Shipped.text().replace("t1: 500ms", "t1: x").replace("calls: 1000", "calls: 0");
        assertEquals(3, Shipped.faults(write(text.replace("port: 5062", "port: -1"))).size());
        assertEquals(
                3, Shipped.faults(write(text.replace("driver: nftables", "driver: pf"))).size());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a: [1",
                "a: 1\na: 2\n",
                "- a\n- b\n",
                "text",
                "",
                "1: 2\n",
                "a: &x [1]\nb: *x\n",
                "a: &x [*x]\n",
                "!!javax.script.ScriptEngineManager [x]",
                "a: [[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]",
                "a: \u0000"
            })
    void refusesWhatIsNoPlainYaml(String text) throws Exception {
        var file = write(text);
        for (var fault : Shipped.faults(file)) {
            assertTrue(fault.startsWith(file + ": "), fault);
            assertTrue(fault.contains("expected"), fault);
            assertEquals(1, fault.lines().count());
        }
    }

    @Test
    void saysWhereTheYamlIsBroken() throws Exception {
        var fault = Shipped.faults(write("gateway:\n  name: [\n")).getFirst();
        assertTrue(fault.contains("is not YAML at line 3, column 1"), fault);
    }

    @Test
    void saysThatTheFileIsMissingOrTooLargeOrNoText() throws Exception {
        var none = directory.resolve("none.yaml");
        assertEquals(
                none + ": does not exist, expected a configuration in YAML",
                Shipped.faults(none).getFirst());
        var large = write("# ".repeat(200_000));
        assertTrue(Shipped.faults(large).getFirst().contains("larger than 256 KiB"));
        var binary = Files.write(directory.resolve("b.yaml"), new byte[] {(byte) 0xff, 1});
        assertTrue(Shipped.faults(binary).getFirst().contains("is not UTF-8"));
        assertTrue(Shipped.faults(directory).getFirst().contains("cannot be read"));
    }

    /// The library would look up `${env:...}` and more in values; a configuration is not a
    /// program.
    @Test
    void readsVariablesOfTheLibraryAsPlainText() throws Exception {
        var file = write(Shipped.text().replace("root: surehop ", "root: ${env:HOME} "));
        assertEquals("${env:HOME}", Shipped.config(file).mqtt().root());
    }

    @Test
    void postsTheNewConfigurationOnReload() throws Exception {
        var file = write(Shipped.text().replace("calls: 1000", "calls: 7"));
        var posted = new ArrayList<Event>();
        var reload =
                new ConfigReload(
                        file, _ -> List.of(), Optional::empty, posted::add, () -> Instant.EPOCH);
        assertEquals(List.of(), reload.reload());
        var changed = (Event.ConfigChanged) posted.getFirst();
        assertEquals(7, changed.config().limits().calls());
    }

    @Test
    void keepsTheOldConfigurationWhenTheNewHasAFault() throws Exception {
        var file = write(Shipped.text().replace("calls: 1000", "calls: none"));
        var posted = new ArrayList<Event>();
        var reload =
                new ConfigReload(
                        file, _ -> List.of(), Optional::empty, posted::add, () -> Instant.EPOCH);
        assertTrue(reload.reload().getFirst().contains("limits.calls: expected"));
        write(Shipped.text());
        var picky =
                new ConfigReload(
                        file,
                        _ -> List.of("no key"),
                        Optional::empty,
                        posted::add,
                        () -> Instant.EPOCH);
        assertEquals(List.of("no key"), picky.reload());
        var full =
                new ConfigReload(
                        file, _ -> List.of(), Optional::empty, _ -> false, () -> Instant.EPOCH);
        assertTrue(full.reload().getFirst().contains("event queue is full"));
        assertEquals(List.of(), posted);
    }

    private Path write(String text) throws Exception {
        return Files.writeString(directory.resolve("surehop.yaml"), text);
    }
}
