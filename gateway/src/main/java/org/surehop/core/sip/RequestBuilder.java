package org.surehop.core.sip;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Makes a changed copy of a [Request]; what is not named stays as it was.
public final class RequestBuilder {
    private Method method;
    private SipUri uri;
    private CallId callId;
    private NameAddr from;
    private NameAddr to;
    private CSeq cseq;
    private List<Via> vias;
    private OptionalInt maxForwards;
    private List<NameAddr> routes;
    private List<NameAddr> recordRoutes;
    private Optional<NameAddr> contact;
    private List<String> require;
    private List<String> proxyRequire;
    private List<String> supported;
    private List<Header> others;
    private Body body;

    RequestBuilder(Request from) {
        this.method = from.method();
        this.uri = from.uri();
        this.callId = from.callId();
        this.from = from.from();
        this.to = from.to();
        this.cseq = from.cseq();
        this.vias = from.vias();
        this.maxForwards = from.maxForwards();
        this.routes = from.routes();
        this.recordRoutes = from.recordRoutes();
        this.contact = from.contact();
        this.require = from.require();
        this.proxyRequire = from.proxyRequire();
        this.supported = from.supported();
        this.others = from.others();
        this.body = from.body();
    }

    public RequestBuilder method(Method value) {
        this.method = value;
        return this;
    }

    public RequestBuilder uri(SipUri value) {
        this.uri = value;
        return this;
    }

    public RequestBuilder callId(CallId value) {
        this.callId = value;
        return this;
    }

    public RequestBuilder from(NameAddr value) {
        this.from = value;
        return this;
    }

    public RequestBuilder to(NameAddr value) {
        this.to = value;
        return this;
    }

    public RequestBuilder cseq(CSeq value) {
        this.cseq = value;
        return this;
    }

    public RequestBuilder vias(List<Via> value) {
        this.vias = value;
        return this;
    }

    public RequestBuilder maxForwards(OptionalInt value) {
        this.maxForwards = value;
        return this;
    }

    public RequestBuilder routes(List<NameAddr> value) {
        this.routes = value;
        return this;
    }

    public RequestBuilder recordRoutes(List<NameAddr> value) {
        this.recordRoutes = value;
        return this;
    }

    public RequestBuilder contact(Optional<NameAddr> value) {
        this.contact = value;
        return this;
    }

    public RequestBuilder require(List<String> value) {
        this.require = value;
        return this;
    }

    public RequestBuilder proxyRequire(List<String> value) {
        this.proxyRequire = value;
        return this;
    }

    public RequestBuilder supported(List<String> value) {
        this.supported = value;
        return this;
    }

    public RequestBuilder others(List<Header> value) {
        this.others = value;
        return this;
    }

    public RequestBuilder body(Body value) {
        this.body = value;
        return this;
    }

    /// Adds a row at the end.
    public RequestBuilder add(String name, String value) {
        var rows = new ArrayList<>(others);
        rows.add(new Header(name, value));
        this.others = rows;
        return this;
    }

    /// Removes every row of that name.
    public RequestBuilder remove(String name) {
        this.others = others.stream().filter(h -> !h.is(name)).toList();
        return this;
    }

    public Request build() {
        return new Request(
                method,
                uri,
                callId,
                from,
                to,
                cseq,
                vias,
                maxForwards,
                routes,
                recordRoutes,
                contact,
                require,
                proxyRequire,
                supported,
                others,
                body);
    }
}
