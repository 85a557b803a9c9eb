package org.surehop.adapter.journal;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.surehop.core.report.CallKey;
import org.surehop.core.report.CallRecord;
import org.surehop.core.report.JournalEntry;
import org.surehop.core.report.Json;
import org.surehop.core.report.JsonText;
import org.surehop.core.report.Notice;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.report.Severity;
import org.surehop.core.sip.CallId;
import org.surehop.core.sip.Leg;
import org.surehop.core.sip.Method;

/// Between table rows and the words of `core.report`.
final class Rows {
    static final String NOTICE =
            "seq, boot, at, kind, severity, call_id, from_tag, cseq, method, leg, reason, details";

    private Rows() {}

    static void bind(PreparedStatement insert, String bootId, Notice notice) throws SQLException {
        insert.setString(1, bootId);
        insert.setString(2, notice.at().toString());
        insert.setString(3, notice.kind().wireName());
        insert.setString(4, notice.severity().name());
        var call = notice.call();
        insert.setString(5, call.map(c -> c.callId().value()).orElse(null));
        insert.setString(6, call.map(CallKey::fromTag).orElse(null));
        insert.setObject(7, call.map(CallKey::cseq).orElse(null));
        insert.setString(8, call.map(c -> c.method().name()).orElse(null));
        insert.setString(9, notice.leg().map(Leg::name).orElse(null));
        insert.setString(10, notice.reason().wireName());
        insert.setString(11, Json.write(notice.details()));
    }

    static void bind(PreparedStatement upsert, CallRecord story) throws SQLException {
        upsert.setString(1, story.key().callId().value());
        upsert.setString(2, story.key().fromTag());
        upsert.setLong(3, story.key().cseq());
        upsert.setString(4, story.key().method().name());
        upsert.setString(5, story.began().toString());
        upsert.setString(6, story.at().toString());
        upsert.setInt(7, story.ended() ? 1 : 0);
        upsert.setString(8, Json.write(story.facts()));
        var ladder = new ArrayList<Map<String, String>>();
        for (var line : story.ladder()) {
            var fields = new LinkedHashMap<String, String>();
            fields.put("at", line.at().toString());
            fields.put("from", line.from());
            fields.put("to", line.to());
            fields.put("text", line.text());
            ladder.add(fields);
        }
        upsert.setString(9, Json.write(ladder));
    }

    static List<JournalEntry> entries(ResultSet rows) throws SQLException {
        var entries = new ArrayList<JournalEntry>();
        while (rows.next()) {
            entries.add(entry(rows));
        }
        return entries;
    }

    private static JournalEntry entry(ResultSet row) throws SQLException {
        var details = new LinkedHashMap<>(JsonText.strings(row.getString("details")));
        var kind = kind(row.getString("kind"));
        if (kind.isEmpty()) {
            details.put("kind", row.getString("kind"));
        }
        var notice =
                new Notice(
                        Instant.parse(row.getString("at")),
                        kind.orElse(NoticeKind.INTERNAL_ERROR),
                        Severity.valueOf(row.getString("severity")),
                        row.getString("call_id") == null ? Optional.empty() : Optional.of(key(row)),
                        Optional.ofNullable(row.getString("leg")).map(Leg::valueOf),
                        reason(row.getString("reason")),
                        details);
        return new JournalEntry(row.getLong("seq"), row.getString("boot"), notice);
    }

    static CallRecord story(ResultSet row) throws SQLException {
        var ladder = new ArrayList<CallRecord.LadderLine>();
        if (JsonText.read(row.getString("ladder")) instanceof List<?> lines) {
            for (var line : lines) {
                if (line instanceof Map<?, ?> fields) {
                    ladder.add(
                            new CallRecord.LadderLine(
                                    Instant.parse(String.valueOf(fields.get("at"))),
                                    String.valueOf(fields.get("from")),
                                    String.valueOf(fields.get("to")),
                                    String.valueOf(fields.get("text"))));
                }
            }
        }
        return new CallRecord(
                key(row),
                Instant.parse(row.getString("began")),
                Instant.parse(row.getString("at")),
                row.getInt("ended") == 1,
                JsonText.strings(row.getString("facts")),
                ladder);
    }

    private static CallKey key(ResultSet row) throws SQLException {
        return new CallKey(
                new CallId(row.getString("call_id")),
                row.getString("from_tag"),
                row.getLong("cseq"),
                new Method(row.getString("method")));
    }

    /// Empty for a kind that a newer program wrote.
    private static Optional<NoticeKind> kind(String wireName) {
        for (var kind : NoticeKind.values()) {
            if (kind.wireName().equals(wireName)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    private static Reason reason(String wireName) {
        for (var reason : Reason.values()) {
            if (reason.wireName().equals(wireName)) {
                return reason;
            }
        }
        return Reason.INTERNAL;
    }
}
