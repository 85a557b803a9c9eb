package org.surehop.core.sip;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Makes a changed copy of a [Response]; what is not named stays as it was.
public final class ResponseBuilder {
    private StatusCode status;
    private String reason;
    private CallId callId;
    private NameAddr from;
    private NameAddr to;
    private CSeq cseq;
    private List<Via> vias;
    private List<NameAddr> recordRoutes;
    private Optional<NameAddr> contact;
    private List<String> require;
    private List<String> supported;
    private List<Header> others;
    private Body body;

    ResponseBuilder(Response from) {
        this.status = from.status();
        this.reason = from.reason();
        this.callId = from.callId();
        this.from = from.from();
        this.to = from.to();
        this.cseq = from.cseq();
        this.vias = from.vias();
        this.recordRoutes = from.recordRoutes();
        this.contact = from.contact();
        this.require = from.require();
        this.supported = from.supported();
        this.others = from.others();
        this.body = from.body();
    }

    public ResponseBuilder status(StatusCode value) {
        this.status = value;
        return this;
    }

    public ResponseBuilder reason(String value) {
        this.reason = value;
        return this;
    }

    public ResponseBuilder callId(CallId value) {
        this.callId = value;
        return this;
    }

    public ResponseBuilder from(NameAddr value) {
        this.from = value;
        return this;
    }

    public ResponseBuilder to(NameAddr value) {
        this.to = value;
        return this;
    }

    public ResponseBuilder cseq(CSeq value) {
        this.cseq = value;
        return this;
    }

    public ResponseBuilder vias(List<Via> value) {
        this.vias = value;
        return this;
    }

    public ResponseBuilder recordRoutes(List<NameAddr> value) {
        this.recordRoutes = value;
        return this;
    }

    public ResponseBuilder contact(Optional<NameAddr> value) {
        this.contact = value;
        return this;
    }

    public ResponseBuilder require(List<String> value) {
        this.require = value;
        return this;
    }

    public ResponseBuilder supported(List<String> value) {
        this.supported = value;
        return this;
    }

    public ResponseBuilder others(List<Header> value) {
        this.others = value;
        return this;
    }

    public ResponseBuilder body(Body value) {
        this.body = value;
        return this;
    }

    /// Adds a row at the end.
    public ResponseBuilder add(String name, String value) {
        var rows = new ArrayList<>(others);
        rows.add(new Header(name, value));
        this.others = rows;
        return this;
    }

    /// Removes every row of that name.
    public ResponseBuilder remove(String name) {
        this.others = others.stream().filter(h -> !h.is(name)).toList();
        return this;
    }

    public Response build() {
        return new Response(
                status,
                reason,
                callId,
                from,
                to,
                cseq,
                vias,
                recordRoutes,
                contact,
                require,
                supported,
                others,
                body);
    }
}
