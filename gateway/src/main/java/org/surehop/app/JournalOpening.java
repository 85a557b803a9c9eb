package org.surehop.app;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.surehop.adapter.journal.Journal;
import org.surehop.adapter.journal.JournalFault;
import org.surehop.adapter.journal.SetAside;
import org.surehop.core.config.Journal.Unusable;
import org.surehop.core.report.Notice;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.report.Severity;

/// Opens the journal. On a box that nobody stands beside, one that cannot be gone on with is moved
/// aside, and the next one begins with that: after the way back to an older version calls count for
/// more than what the newer one wrote.
final class JournalOpening {
    private static final Logger LOG = LoggerFactory.getLogger(JournalOpening.class);

    private JournalOpening() {}

    static Journal open(Journal.Settings settings, Unusable unusable, InstantSource clock)
            throws JournalFault {
        try {
            return Journal.open(settings, clock);
        } catch (JournalFault fault) {
            if (unusable == Unusable.REFUSE || !SetAside.helps(fault)) {
                throw fault;
            }
            var to = moved(settings.file(), fault);
            var journal = Journal.open(settings, clock);
            var told = journal.append(notice(fault, to, clock));
            LOG.warn("journal set aside kind={} to={} told={}", fault.kind(), to, told);
            return journal;
        }
    }

    private static Path moved(Path file, JournalFault fault) throws JournalFault {
        try {
            return SetAside.move(file);
        } catch (IOException e) {
            fault.addSuppressed(e);
            throw fault;
        }
    }

    private static Notice notice(JournalFault fault, Path to, InstantSource clock) {
        return new Notice(
                clock.instant(),
                NoticeKind.JOURNAL_SET_ASIDE,
                Severity.MAJOR,
                Optional.empty(),
                Optional.empty(),
                Reason.NONE,
                Map.of("detail", Screen.safe(fault.getMessage() + " It is " + to + " now.")));
    }
}
