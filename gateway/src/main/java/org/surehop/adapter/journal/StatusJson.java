package org.surehop.adapter.journal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import org.surehop.core.gateway.Status;
import org.surehop.core.report.Json;

/// The `status` row: what `surehop status` shows, by the wire names. Its time stands in a column of
/// its own.
final class StatusJson {
    private StatusJson() {}

    static String write(Status status) {
        var box = new LinkedHashMap<String, Object>();
        box.put("id", status.box().id());
        box.put("name", status.box().name());
        box.put("version", status.box().version());
        box.put("bootid", status.box().bootId());
        var parts = new ArrayList<Map<String, String>>();
        for (var part : status.parts()) {
            parts.add(
                    Map.of(
                            "part", part.part().wireName(),
                            "state", part.state().wireName(),
                            "phrase", part.phrase()));
        }
        var reasons = new LinkedHashMap<String, Long>();
        status.snapshot().reasons().forEach((r, count) -> reasons.put(r.wireName(), count));
        var notices = new LinkedHashMap<String, Long>();
        status.notices().forEach((kind, count) -> notices.put(kind.wireName(), count));
        var all = new LinkedHashMap<String, Object>();
        all.put("gateway", box);
        all.put("state", status.state().wireName());
        all.put("startedAt", status.snapshot().startedAt().toString());
        all.put("parts", parts);
        all.put("activeCalls", status.snapshot().activeCalls());
        all.put("transactions", status.snapshot().transactions());
        all.put("enabledFlows", status.snapshot().enabledFlows());
        all.put("verdicts", status.snapshot().verdicts());
        all.put("reasons", reasons);
        all.put("notices", notices);
        all.put("counters", status.snapshot().counters());
        return Json.write(all);
    }
}
