package org.surehop.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.surehop.adapter.snmp.UpdateRequests;
import org.surehop.core.config.Upkeep;
import org.surehop.core.report.Notice;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.report.Severity;

/// Passes an update that was asked for by SNMP on to the box, as a file with its address. The
/// gateway may install nothing itself: the box looks at the address, at the certificate of its
/// host, and at the signature of what it gets.
record UpdateOrders(Upkeep upkeep, Consumer<Notice> tell, InstantSource clock)
        implements UpdateRequests {
    private static final Logger LOG = LoggerFactory.getLogger(UpdateOrders.class);

    @Override
    public boolean open() {
        return !upkeep.updateRequest().isEmpty();
    }

    @Override
    public boolean take(String address) {
        var file = Path.of(upkeep.updateRequest());
        if (Files.exists(file)) {
            return false;
        }
        try {
            var next = file.resolveSibling(file.getFileName() + ".new");
            Files.writeString(next, address + "\n");
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            LOG.warn("update-request not written cause={}", e.toString());
            return false;
        }
        say(NoticeKind.UPDATE_REQUESTED, Severity.INFO, Reason.NONE, address);
        return true;
    }

    @Override
    public void refused(String why) {
        say(NoticeKind.UPDATE_REFUSED, Severity.WARNING, Reason.UPDATE_NOT_ALLOWED, why);
    }

    private void say(NoticeKind kind, Severity severity, Reason reason, String detail) {
        tell.accept(
                new Notice(
                        clock.instant(),
                        kind,
                        severity,
                        Optional.empty(),
                        Optional.empty(),
                        reason,
                        Map.of("by", "snmp", "detail", detail)));
    }
}
