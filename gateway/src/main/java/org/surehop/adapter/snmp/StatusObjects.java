package org.surehop.adapter.snmp;

import java.util.NavigableMap;
import java.util.TreeMap;
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
import org.snmp4j.smi.Variable;
import org.surehop.core.gateway.Status;

/// The whole of `SUREHOP-MIB` as one managed object, read-only. Called on the agent's threads. A
/// status is used for half a second, so that the requests of one walk see one moment.
final class StatusObjects implements GenericManagedObject {
    private static final long FRESH_NANOS = 500_000_000L;

    private record Moment(long takenNanos, NavigableMap<OID, Variable> values) {}

    private final Supplier<Status> status;
    private final DefaultMOScope scope =
            new DefaultMOScope(StatusTree.ROOT, true, StatusTree.ROOT.nextPeer(), false);
    private volatile Moment moment =
            new Moment(System.nanoTime() - 2 * FRESH_NANOS, new TreeMap<>());

    StatusObjects(Supplier<Status> status) {
        this.status = status;
    }

    private NavigableMap<OID, Variable> values() {
        var now = System.nanoTime();
        if (now - moment.takenNanos() > FRESH_NANOS) {
            moment = new Moment(now, StatusTree.of(status.get()));
        }
        return moment.values();
    }

    @Override
    public MOScope getScope() {
        return scope;
    }

    @Override
    public @Nullable OID find(MOScope range) {
        return values().ceilingKey(range.getLowerBound()) == null
                ? null
                : after(range.getLowerBound(), range.isLowerIncluded());
    }

    private @Nullable OID after(OID bound, boolean included) {
        return included ? values().ceilingKey(bound) : values().higherKey(bound);
    }

    @Override
    public void get(SubRequest<?> request) {
        var binding = request.getVariableBinding();
        var value = values().get(binding.getOid());
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
        var all = values();
        var oid = after(range.getLowerBound(), range.isLowerIncluded());
        while (oid != null && !seen.apply(oid)) {
            oid = all.higherKey(oid);
        }
        if (oid == null) {
            return false;
        }
        var binding = request.getVariableBinding();
        binding.setOid(oid);
        binding.setVariable(all.getOrDefault(oid, Null.noSuchInstance));
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
