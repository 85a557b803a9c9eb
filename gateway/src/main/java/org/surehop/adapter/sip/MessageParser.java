package org.surehop.adapter.sip;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.CSeq;
import org.surehop.core.sip.CallId;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.SipUri;
import org.surehop.core.sip.StatusCode;
import org.surehop.core.sip.Via;

/// One header block and body to facts; used once. Each row is looked at once.
final class MessageParser {
    private static final int MOST_FORWARDS = 255;

    private final Head head;
    private final byte[] body;
    private final List<Via> vias = new ArrayList<>(4);
    private final List<NameAddr> routes = new ArrayList<>(4);
    private final List<NameAddr> recordRoutes = new ArrayList<>(4);
    private final List<String> contacts = new ArrayList<>(1);
    private final List<Header> contactRows = new ArrayList<>(1);
    private final List<String> require = new ArrayList<>(2);
    private final List<String> proxyRequire = new ArrayList<>(2);
    private final List<String> supported = new ArrayList<>(4);
    private final List<Header> others = new ArrayList<>(12);
    private final List<Header> bodyRows = new ArrayList<>(4);
    private Optional<CallId> callId = Optional.empty();
    private Optional<NameAddr> from = Optional.empty();
    private Optional<NameAddr> to = Optional.empty();
    private Optional<CSeq> cseq = Optional.empty();
    private OptionalInt maxForwards = OptionalInt.empty();

    MessageParser(Head head, byte[] body) {
        this.head = head;
        this.body = body;
    }

    Request request() throws BadMessage {
        var line = head.startLine();
        var first = line.indexOf(' ');
        var last = line.lastIndexOf(' ');
        if (first < 1 || last == first || !Syntax.isToken(line.substring(0, first))) {
            throw BadMessage.malformed("the request line has not three parts");
        }
        version(line.substring(last + 1));
        var method = ValueParser.method(line.substring(0, first));
        var uri = ValueParser.uri("Request-URI", line.substring(first + 1, last));
        rows();
        var number = need(cseq, "CSeq");
        if (!number.method().equals(method)) {
            throw BadMessage.malformed("the method of CSeq is not that of the request");
        }
        return request(method, uri, number);
    }

    private Request request(Method method, SipUri uri, CSeq number) throws BadMessage {
        return new Request(
                method,
                uri,
                need(callId, "Call-ID"),
                need(from, "From"),
                need(to, "To"),
                number,
                needVias(),
                maxForwards,
                routes,
                recordRoutes,
                contact(oneContact(method)),
                require,
                proxyRequire,
                supported,
                others,
                new Body(bodyRows, Octets.copyOf(body)));
    }

    /// Lenient where RFC 4475 asks for it: any reason phrase, or none.
    Response response() throws BadMessage {
        var line = head.startLine();
        var space = line.indexOf(' ');
        version(space < 0 ? line : line.substring(0, space));
        var code = line.substring(space + 1);
        var end = code.indexOf(' ');
        var digits = end < 0 ? code : code.substring(0, end);
        var status = digits.length() == 3 ? Syntax.number(digits) : -1;
        if (status < 100 || status > 699) {
            throw BadMessage.malformed("a status code that is not 100 to 699");
        }
        rows();
        return new Response(
                new StatusCode((int) status),
                end < 0 ? "" : code.substring(end + 1).strip(),
                need(callId, "Call-ID"),
                need(from, "From"),
                need(to, "To"),
                need(cseq, "CSeq"),
                needVias(),
                recordRoutes,
                contact(false),
                require,
                supported,
                responseRows(),
                new Body(bodyRows, Octets.copyOf(body)));
    }

    private static void version(String text) throws BadMessage {
        if (text.equalsIgnoreCase("SIP/2.0")) {
            return;
        }
        throw text.regionMatches(true, 0, "SIP/", 0, 4) && text.length() > 4
                ? BadMessage.version("only SIP/2.0 is spoken here")
                : BadMessage.malformed("the start line names no SIP version");
    }

    private void rows() throws BadMessage {
        for (var row : head.rows()) {
            row(row);
        }
    }

    private void row(Head.Row row) throws BadMessage {
        var value = row.value();
        switch (row.id()) {
            case VIA -> {
                for (var one : Syntax.list(value)) {
                    vias.add(ValueParser.via(one));
                }
            }
            case FROM -> from = Optional.of(ValueParser.nameAddr("From", value));
            case TO -> to = Optional.of(ValueParser.nameAddr("To", value));
            case CALL_ID -> callId = Optional.of(callId(value));
            case CSEQ -> cseq = Optional.of(ValueParser.cseq(value));
            case MAX_FORWARDS -> maxForwards = OptionalInt.of(maxForwards(value));
            case ROUTE -> addresses("Route", value, routes);
            case RECORD_ROUTE -> addresses("Record-Route", value, recordRoutes);
            case CONTACT -> {
                contactRows.add(new Header("Contact", value));
                contacts.addAll(Syntax.list(value));
            }
            case REQUIRE -> tags("Require", value, require);
            case PROXY_REQUIRE -> tags("Proxy-Require", value, proxyRequire);
            case SUPPORTED -> tags("Supported", value, supported);
            case CONTENT_LENGTH -> {}
            case BODY -> bodyRows.add(new Header(row.name(), value));
            case ONCE, OTHER -> others.add(new Header(row.name(), value));
        }
    }

    private static CallId callId(String value) throws BadMessage {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) <= ' ' || value.charAt(i) == ',') {
                throw BadMessage.malformed("Call-ID cannot be read");
            }
        }
        if (value.isEmpty() || value.length() > 256) {
            throw BadMessage.malformed("a Call-ID has 1 to 256 characters");
        }
        return new CallId(value);
    }

    private static int maxForwards(String value) throws BadMessage {
        var number = Syntax.number(value);
        if (number < 0 || number > MOST_FORWARDS) {
            throw BadMessage.malformed("Max-Forwards is not 0 to 255");
        }
        return (int) number;
    }

    private static void addresses(String name, String value, List<NameAddr> into)
            throws BadMessage {
        for (var one : Syntax.list(value)) {
            into.add(ValueParser.nameAddr(name, one));
        }
    }

    /// Option tags of all rows, lower case; an empty row (`Supported:`) is allowed.
    private static void tags(String name, String value, List<String> into) throws BadMessage {
        for (var tag : value.isEmpty() ? List.<String>of() : Syntax.list(value)) {
            if (!Syntax.isToken(tag)) {
                throw BadMessage.malformed(name + " holds what is no option tag");
            }
            into.add(tag);
        }
    }

    private static boolean oneContact(Method method) {
        return switch (method.name()) {
            case "INVITE", "SUBSCRIBE", "REFER", "UPDATE", "NOTIFY" -> true;
            default -> false;
        };
    }

    /// The one contact as a fact. Several, or `*`, stay among the other rows as they came.
    private Optional<NameAddr> contact(boolean atMostOne) throws BadMessage {
        if (contacts.size() == 1 && !contacts.getFirst().equals("*")) {
            return Optional.of(ValueParser.nameAddr("Contact", contacts.getFirst()));
        }
        if (atMostOne && !contacts.isEmpty()) {
            throw BadMessage.malformed("this method takes one Contact");
        }
        for (var one : contacts) {
            if (!one.equals("*")) {
                ValueParser.nameAddr("Contact", one);
            }
        }
        others.addAll(contactRows);
        return Optional.empty();
    }

    /// A response has no place of its own for these; they stay what they were.
    private List<Header> responseRows() {
        maxForwards.ifPresent(n -> others.add(new Header("Max-Forwards", Integer.toString(n))));
        routes.forEach(r -> others.add(new Header("Route", r.text())));
        proxyRequire.forEach(t -> others.add(new Header("Proxy-Require", t)));
        return others;
    }

    private List<Via> needVias() throws BadMessage {
        if (vias.isEmpty()) {
            throw BadMessage.malformed("no Via");
        }
        return vias;
    }

    private static <T> T need(Optional<T> value, String name) throws BadMessage {
        if (value.isEmpty()) {
            throw BadMessage.malformed("no " + name);
        }
        return value.get();
    }
}
