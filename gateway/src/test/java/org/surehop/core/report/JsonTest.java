package org.surehop.core.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonTest {
    @Test
    void escapesWhatCouldHarmATerminalOrBreakUtf8() {
        assertEquals(
                "\"\\u001b[2J \\\"q\\\" \\\\ \\u0000\\u009b\\u007f é \\ud800 \ud83d\ude00\"",
                Json.write("\u001b[2J \"q\" \\ \u0000\u009b\u007f é \ud800 \ud83d\ude00"));
        assertEquals("\"\\u202e\\u2066\\u2028\"", Json.write("\u202e\u2066\u2028"));
    }

    @Test
    void readsWhatItWrites() {
        var map = new LinkedHashMap<String, Object>();
        map.put("empty", new LinkedHashMap<String, Object>());
        map.put("list", List.of("a\u0001\"", Long.MIN_VALUE, Long.MAX_VALUE, true, List.of()));
        map.put("nothing", null);
        assertEquals(map, JsonText.read(Json.write(map)));
    }

    @Test
    void refusesWhatIsNoJsonOfOurs() {
        var bad =
                List.of("", "{", "[1,]", "[1 2]", "\"a", "tru", "1x", "{\"a\" 1}", "\"\\x\"", "-");
        for (var text : bad) {
            assertThrows(IllegalArgumentException.class, () -> JsonText.read(text), text);
        }
    }

    @Test
    void refusesDeepNesting() {
        assertEquals(1, ((List<?>) JsonText.read("[".repeat(32) + "]".repeat(32))).size());
        var deep = "[".repeat(33) + "]".repeat(33);
        assertThrows(IllegalArgumentException.class, () -> JsonText.read(deep));
        var list = new ArrayList<Object>();
        assertEquals(list, JsonText.read(" [ ] "));
    }
}
