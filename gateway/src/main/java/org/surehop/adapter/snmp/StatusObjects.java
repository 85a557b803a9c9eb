package org.surehop.adapter.snmp;

import java.nio.charset.StandardCharsets;
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
import org.snmp4j.smi.OctetString;
import org.snmp4j.smi.Variable;
import org.surehop.core.gateway.Status;

/// The whole of `SUREHOP-MIB` as one managed object, read-only but for the request for an update.
/// Called on the agent's threads. A status is used for half a second, so that the requests of one
/// walk see one moment.
final class StatusObjects implements GenericManagedObject {
    /// `surehopUpdateRequest.0`.
    static final OID UPDATE_REQUEST = new OID(StatusTree.ROOT).append("7.1.0");

    private static final long FRESH_NANOS = 500_000_000L;

    private static final int MOST_OCTETS = 255;

    private record Moment(long takenNanos, NavigableMap<OID, Variable> values) {}

    private final Supplier<Status> status;
    private final DefaultMOScope scope =
            new DefaultMOScope(StatusTree.ROOT, true, StatusTree.ROOT.nextPeer(), false);
    private volatile Moment moment =
            new Moment(System.nanoTime() - 2 * FRESH_NANOS, new TreeMap<>());

    private final UpdateRequests updates;
    private volatile String requested = "";

    StatusObjects(Supplier<Status> status, UpdateRequests updates) {
        this.status = status;
        this.updates = updates;
    }

    private NavigableMap<OID, Variable> values() {
        var now = System.nanoTime();
        if (now - moment.takenNanos() > FRESH_NANOS) {
            var tree = StatusTree.of(status.get());
            tree.put(UPDATE_REQUEST, new OctetString(requested));
            moment = new Moment(now, tree);
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

    /// Nothing happens before [#commit]; who may set at all was asked before (VACM).
    @Override
    public void prepare(SubRequest<?> request) {
        var binding = request.getVariableBinding();
        if (!binding.getOid().equals(UPDATE_REQUEST) || !updates.open()) {
            request.setErrorStatus(PDU.notWritable);
        } else if (!(binding.getVariable() instanceof OctetString octets)) {
            request.setErrorStatus(PDU.wrongType);
        } else if (!UpdateRequests.ADDRESS.matcher(text(octets)).matches()
                || !text(octets).endsWith(".raucb")
                || octets.length() > MOST_OCTETS) {
            updates.refused("no address of an update: https://HOST/PATH.raucb");
            request.setErrorStatus(PDU.wrongValue);
        } else {
            request.completed();
        }
    }

    private static String text(OctetString octets) {
        return new String(octets.getValue(), StandardCharsets.US_ASCII);
    }

    @Override
    public void commit(SubRequest<?> request) {
        if (request.getVariableBinding().getVariable() instanceof OctetString octets
                && updates.take(text(octets))) {
            requested = text(octets);
            request.completed();
        } else {
            request.setErrorStatus(PDU.resourceUnavailable);
        }
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
