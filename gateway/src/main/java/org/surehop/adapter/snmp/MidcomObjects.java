package org.surehop.adapter.snmp;

import java.time.Instant;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.snmp4j.PDU;
import org.snmp4j.agent.DefaultMOScope;
import org.snmp4j.agent.MOScope;
import org.snmp4j.agent.mo.GenericManagedObject;
import org.snmp4j.agent.request.SubRequest;
import org.snmp4j.smi.Null;
import org.snmp4j.smi.OID;
import org.surehop.core.gateway.PolicyRules;
import org.surehop.core.gateway.Status;

/// `MIDCOM-MIB` (RFC 5190) as one managed object, to read and nothing else: a firewall that a SET
/// commands is not ours (decision 0060). Called on the agent's threads. A status is used for half a
/// second, so that the requests of one walk see one moment.
final class MidcomObjects implements GenericManagedObject {
    private static final long FRESH_NANOS = 500_000_000L;

    private record Moment(long takenNanos, MidcomRows rows) {}

    private final Supplier<Status> status;
    private final DefaultMOScope scope =
            new DefaultMOScope(MidcomTable.ROOT, true, MidcomTable.ROOT.nextPeer(), false);
    private volatile Moment moment =
            new Moment(
                    System.nanoTime() - 2 * FRESH_NANOS,
                    MidcomRows.of(PolicyRules.NONE, Instant.EPOCH));

    MidcomObjects(Supplier<Status> status) {
        this.status = status;
    }

    private MidcomRows rows() {
        var now = System.nanoTime();
        if (now - moment.takenNanos() > FRESH_NANOS) {
            var snapshot = status.get().snapshot();
            moment = new Moment(now, moment.rows().next(snapshot.policyRules(), snapshot.at()));
        }
        return moment.rows();
    }

    @Override
    public MOScope getScope() {
        return scope;
    }

    @Override
    public @Nullable OID find(MOScope range) {
        var found = rows().after(range.getLowerBound(), range.isLowerIncluded());
        return found == null ? null : found.getKey();
    }

    @Override
    public void get(SubRequest<?> request) {
        var binding = request.getVariableBinding();
        var value = rows().get(binding.getOid());
        binding.setVariable(value == null ? Null.noSuchInstance : value);
        request.completed();
    }

    @Override
    @SuppressWarnings("deprecation") // still abstract there
    public boolean next(SubRequest<?> request) {
        return next(request, oid -> true);
    }

    @Override
    public boolean next(SubRequest<?> request, Function<OID, Boolean> seen) {
        var range = request.getScope();
        var all = rows();
        var found = all.after(range.getLowerBound(), range.isLowerIncluded());
        while (found != null && !seen.apply(found.getKey())) {
            found = all.after(found.getKey(), false);
        }
        if (found == null) {
            return false;
        }
        var binding = request.getVariableBinding();
        binding.setOid(found.getKey());
        binding.setVariable(found.getValue());
        request.completed();
        return true;
    }

    @Override
    public void prepare(SubRequest<?> request) {
        request.setErrorStatus(PDU.notWritable);
    }

    @Override
    public void commit(SubRequest<?> request) {
        request.setErrorStatus(PDU.commitFailed);
    }

    @Override
    public void undo(SubRequest<?> request) {
        request.setErrorStatus(PDU.undoFailed);
    }

    @Override
    public void cleanup(SubRequest<?> request) {
        request.completed();
    }
}
