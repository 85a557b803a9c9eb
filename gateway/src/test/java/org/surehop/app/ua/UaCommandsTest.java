package org.surehop.app.ua;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/// What `probe` and `answer` say of a wrong command line: one sentence, exit code 2.
class UaCommandsTest {
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bob --as a@x --via gw --pki p | TARGET: expected sip:USER@DOMAIN",
                "sips:bob@y --as a@x --via gw --pki p | TARGET: expected sip:USER@DOMAIN",
                "bob@y --as a --via gw --pki p --clear | --as: expected USER@DOMAIN",
                "bob@y --as a@x --via g:w --pki p | --via: expected HOST or HOST:PORT",
                "bob@y --as a@x --via gw:70000 --pki p | --via: expected HOST or HOST:PORT",
                "bob@y --as a@x --via gw --address here --pki p | --address: expected an IPv4",
                "bob@y --as a@x --via gw --packets -1 --pki p | expected --packets 0 to 1000",
                "bob@y --as a@x --via gw --pki p | nobody could read the offer",
                "bob@y --as a@x --via gw --pki p --to-cert none | none/smime.pem: does not exist",
                "bob@y --as a@x --via gw --clear | --cert is missing: give it, or --pki DIR",
                "bob@y --via gw | Missing required option: '--as=USER@DOMAIN'"
            })
    void probeNamesTheFault(String arguments, String sentence) {
        assertEquals(2, run(new ProbeCommand(), arguments));
        assertTrue(err.toString().contains(sentence), err.toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--as b@y --listen 127.0.0.1 --pki p | --listen: expected IP:PORT",
                "--as b@y --listen host:5061 --pki p | --listen: expected an IPv4",
                "--as b@y --listen 127.0.0.1:5061 --pki p | p/y/tls.pem: does not exist",
                "--listen 127.0.0.1:5061 --pki p | Missing required option: '--as=USER@DOMAIN'"
            })
    void answerNamesTheFault(String arguments, String sentence) {
        assertEquals(2, run(new AnswerCommand(), arguments));
        assertTrue(err.toString().contains(sentence), err.toString());
    }

    @Test
    void helpSaysWhatTheExitCodesMean() {
        var out = new StringWriter();
        new CommandLine(new ProbeCommand()).setOut(new PrintWriter(out)).execute("--help");
        assertTrue(out.toString().contains("Exit code 0: ASSURED"), out.toString());
    }

    private int run(Object command, String arguments) {
        return new CommandLine(command)
                .setErr(new PrintWriter(err, true))
                .execute(arguments.strip().split(" "));
    }
}
