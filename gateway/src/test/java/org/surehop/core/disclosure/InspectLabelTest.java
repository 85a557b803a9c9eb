package org.surehop.core.disclosure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.surehop.core.disclosure.InspectLabel.Parsed;

class InspectLabelTest {
    private static List<InspectLabel> labels(String... rows) {
        return assertInstanceOf(Parsed.Labels.class, InspectLabel.parse(List.of(rows))).labels();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "ss1.atlanta.example.com;cid=1234@atlanta.example.com | 1234@atlanta.example.com",
                "ss1.atlanta.example.com;cid=\"1234@atlanta.example\" | 1234@atlanta.example",
                "SS1.Atlanta.Example.com ; CID = <a.b@c> | a.b@c",
                "ss1.atlanta.example.com;cid=\"<a@b>\",cid=c@d | a@b c@d",
                "ss1.atlanta.example.com;cid=a@b , cid = \"c@d\" ; x=1 | a@b c@d",
                "ss1.atlanta.example.com;x=\"p,q;r\";cid=a@[2001:db8::1] | a@[2001:db8::1]",
                "other.example.com;cid=x@y,ss1.atlanta.example.com;cid=a@b | a@b",
                "ss1.atlanta.example.com;cid=a@b,cid=a@b | a@b",
                "other.example.com;cid=a@b | ~~",
            })
    void readsWhatIsMeantForOneHost(String row, String expected) {
        var found = InspectLabel.labelledFor(labels(row), "ss1.ATLANTA.example.com");

        assertEquals(expected == null ? "" : expected, String.join(" ", found));
    }

    @Test
    void joinsTheRowsOfSeveralProxiesThatShareOneBody() {
        var found = labels("a.example;cid=s@x", "b.example;cid=s@x,cid=t@x");

        assertEquals(List.of("s@x"), InspectLabel.labelledFor(found, "a.example"));
        assertEquals(List.of("s@x", "t@x"), InspectLabel.labelledFor(found, "b.example"));
    }

    @Test
    void startsANewValueWhenTheNextHostOnlyBeginsLikeAParameter() {
        var found = labels("a.example;cid=s@x,cid.example;cid=t@x");

        assertEquals(2, found.size());
        assertEquals("cid.example", found.get(1).host());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ";cid=a@b",
                "host",
                "host;",
                "host;cid",
                "host;cid=",
                "host;cid=a",
                "host;cid=@b",
                "host;cid=a@",
                "host;cid=a@b@c",
                "host;cid=a..b@c",
                "host;cid=\"a@b",
                "host;cid=a@b,",
                "host;cid=a@b;",
                "host;cid=a@b c",
                "host;cid=\"a b@c\"",
                "host;cid=a@[]",
                "host;x=1",
                "ho\u0000st;cid=a@b",
                "höst;cid=a@b",
            })
    void refusesWhatIsNotTheGrammar(String row) {
        assertInstanceOf(Parsed.Malformed.class, InspectLabel.parse(List.of(row)));
    }

    @Test
    void takesAsManyValuesAndIdentifiersAsTheLimitAndNoMore() {
        var host = Collections.nCopies(InspectLabel.MAX_VALUES, "h.example;cid=a@b");
        var cids = "h;" + String.join(",", Collections.nCopies(InspectLabel.MAX_VALUES, "cid=a@b"));

        assertEquals(InspectLabel.MAX_VALUES, labels(String.join(",", host)).size());
        assertEquals(1, labels(cids).size());
        assertInstanceOf(
                Parsed.Malformed.class,
                InspectLabel.parse(List.of(String.join(",", host), "h;cid=a@b")));
        assertInstanceOf(Parsed.Malformed.class, InspectLabel.parse(List.of(cids + ",cid=a@b")));
        assertInstanceOf(
                Parsed.Malformed.class,
                InspectLabel.parse(List.of("h;cid=" + "a".repeat(300) + "@b")));
    }

    @Test
    void readsALongHostileRowInOnePass() {
        var row = "h;cid=a@b" + ";x=y".repeat(200_000);

        assertEquals(1, labels(row).size());
    }

    @Test
    void hidesOneHostAndKeepsTheOtherRowsVerbatim() {
        var rows =
                List.of("a.example ;cid=s@x", "b.example;cid=t@x,a.example;cid=u@x", "c;cid=v@x");

        assertEquals(
                List.of("b.example;cid=\"t@x\"", "c;cid=v@x"),
                InspectLabel.rowsWithout(rows, "A.example"));
    }
}
