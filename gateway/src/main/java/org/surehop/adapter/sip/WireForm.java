package org.surehop.adapter.sip;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.surehop.core.gateway.TransactionKey;
import org.surehop.core.sip.Request;

/// The octets of what waits for one connection. Used by its writing thread.
record WireForm(SipCodec codec, Channel channel) {
    private static final Logger LOG = LoggerFactory.getLogger(WireForm.class);
    private static final byte[] NO_OCTETS = new byte[0];
    private static final Outgoing NOTHING = new Outgoing.Ready(NO_OCTETS);

    /// All of them in order. A message of ours that cannot be written is taken out of `batch`, and
    /// its key goes to `unwritable`.
    byte[] of(List<Outgoing> batch, Consumer<TransactionKey> unwritable) {
        if (batch.size() == 1) {
            return one(batch, 0, unwritable);
        }
        var all = new ByteArrayOutputStream();
        for (int i = 0; i < batch.size(); i++) {
            all.writeBytes(one(batch, i, unwritable));
        }
        return all.toByteArray();
    }

    private byte[] one(List<Outgoing> batch, int i, Consumer<TransactionKey> unwritable) {
        try {
            return switch (batch.get(i)) {
                case Outgoing.OfRequest(_, var request) -> codec.encode(here(request));
                case Outgoing.OfResponse(var response, _) -> codec.encode(response);
                case Outgoing.Ready(var octets) -> octets;
                case Outgoing.Finish _ -> NO_OCTETS;
            };
        } catch (IllegalArgumentException e) {
            LOG.error("a message of ours cannot be written", e);
            if (batch.set(i, NOTHING) instanceof Outgoing.OfRequest(var key, _)) {
                unwritable.accept(key);
            }
            return NO_OCTETS;
        }
    }

    /// RFC 3261 §18.1.1: the transport in our Via is the one that the request goes by.
    private Request here(Request request) {
        if (!(channel instanceof IpsecChannel)) {
            return request;
        }
        var vias = new ArrayList<>(request.vias());
        vias.set(0, request.topVia().overTcp());
        return request.toBuilder().vias(vias).build();
    }
}
