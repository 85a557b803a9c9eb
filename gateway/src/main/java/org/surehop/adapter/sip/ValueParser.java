package org.surehop.adapter.sip;

import gov.nist.javax.sip.address.GenericURI;
import gov.nist.javax.sip.header.AddressParametersHeader;
import gov.nist.javax.sip.parser.FromParser;
import gov.nist.javax.sip.parser.URLParser;
import gov.nist.javax.sip.parser.ViaParser;
import java.text.ParseException;
import java.util.Locale;
import org.surehop.core.sip.CSeq;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.SipUri;
import org.surehop.core.sip.Via;

/// Single header values to facts. JAIN-SIP's grammar judges and takes apart; the text itself is
/// kept as it came, because it is what goes on.
final class ValueParser {
    private static final String COOKIE = "z9hG4bK";

    static {
        SilentLogger.install();
    }

    private ValueParser() {}

    /// A `name-addr` or `addr-spec` with header parameters (RFC 3261 §20.10, §20.20, §20.39).
    static NameAddr nameAddr(String what, String value) throws BadMessage {
        var text = uriText(value);
        if (text.isEmpty() || (!value.contains("<") && text.indexOf('?') >= 0)) {
            throw BadMessage.malformed(what + " has no usable URI");
        }
        var scheme = scheme(text);
        if (scheme.isEmpty() || !quotesClosed(value) || !displayName(value)) {
            throw BadMessage.malformed(what + " cannot be read");
        }
        try {
            var parsed = (AddressParametersHeader) new FromParser("From: " + value + "\n").parse();
            var tag = parsed.getParameter("tag");
            var uri = (GenericURI) parsed.getAddress().getURI();
            return new NameAddr(value, facts(text, scheme, uri), tag == null ? "" : tag);
        } catch (ParseException | RuntimeException e) {
            throw BadMessage.malformed(what + " cannot be read");
        }
    }

    /// A URI that stands alone (the Request-URI, RFC 3261 §19.1.1). Any scheme that is neither
    /// `sip` nor `sips` passes with an empty host: the core answers 416.
    static SipUri uri(String what, String text) throws BadMessage {
        var scheme = scheme(text);
        if (scheme.isEmpty() || !uriCharacters(text)) {
            throw BadMessage.malformed(what + " is no URI");
        }
        if (!isSip(scheme)) {
            return new SipUri(text, scheme, "", "", 0, "");
        }
        if (text.indexOf('?') > text.indexOf('@')) {
            // RFC 3261 §19.1.5: headers have no place in a Request-URI, and never become headers.
            throw BadMessage.malformed(what + " carries headers");
        }
        try {
            var parser = new WholeUri(text + "\n");
            var uri = parser.uriReference(true);
            if (!parser.atEnd()) {
                // An IPv6 address without brackets would leave a tail (RFC 5118 §4.2).
                throw BadMessage.malformed(what + " is no URI");
            }
            return facts(text, scheme, uri);
        } catch (ParseException | RuntimeException e) {
            throw BadMessage.malformed(what + " is no URI");
        }
    }

    static Via via(String value) throws BadMessage {
        try {
            var list = new ViaParser("Via: " + value + "\n").parse();
            var via =
                    (gov.nist.javax.sip.header.Via)
                            ((gov.nist.javax.sip.header.ViaList) list).getFirst();
            var branch = via.getBranch() == null ? "" : via.getBranch();
            if (branch.equals(COOKIE)) {
                throw BadMessage.malformed("a Via branch that is only the magic cookie");
            }
            var port = via.getPort() < 0 ? 0 : via.getPort();
            var host = via.getHost().toLowerCase(Locale.ROOT);
            if (port > 65_535 || host.isEmpty() || host.length() > 255) {
                throw BadMessage.malformed("Via names no possible host and port");
            }
            return new Via(value, via.getTransport().toUpperCase(Locale.ROOT), host, port, branch);
        } catch (ParseException | RuntimeException e) {
            throw BadMessage.malformed("Via cannot be read");
        }
    }

    /// RFC 3261 §20.16: a number below 2^31 and the method, which is case-sensitive.
    static CSeq cseq(String value) throws BadMessage {
        var end = 0;
        while (end < value.length() && value.charAt(end) > ' ') {
            end++;
        }
        var number = Syntax.number(value.substring(0, end));
        var method = value.substring(end).strip();
        if (number < 0 || number >= 1L << 31 || !Syntax.isToken(method)) {
            throw BadMessage.malformed("CSeq cannot be read");
        }
        return new CSeq(number, method(method));
    }

    static Method method(String name) {
        return switch (name) {
            case "INVITE" -> Method.INVITE;
            case "ACK" -> Method.ACK;
            case "BYE" -> Method.BYE;
            case "CANCEL" -> Method.CANCEL;
            case "OPTIONS" -> Method.OPTIONS;
            case "NOTIFY" -> Method.NOTIFY;
            case "PRACK" -> Method.PRACK;
            case "UPDATE" -> Method.UPDATE;
            case "MESSAGE" -> Method.MESSAGE;
            case "REGISTER" -> Method.REGISTER;
            default -> new Method(name);
        };
    }

    private static SipUri facts(String text, String scheme, GenericURI uri) throws ParseException {
        if (!(uri instanceof gov.nist.javax.sip.address.SipUri sip) || !isSip(scheme)) {
            return new SipUri(text, scheme, "", "", 0, "");
        }
        var host = sip.getHost();
        if (host.isEmpty()
                || !text.toLowerCase(Locale.ROOT).contains(host.toLowerCase(Locale.ROOT))) {
            // The parser puts brackets around an IPv6 address that had none (RFC 5118 §4.2).
            throw new ParseException("host", 0);
        }
        var user = sip.getUser();
        var transport = sip.getTransportParam();
        return new SipUri(
                text,
                scheme,
                user == null ? "" : user,
                host,
                Math.max(sip.getPort(), 0),
                transport == null ? "" : transport);
    }

    /// The text between the angle brackets, else up to the first header parameter.
    private static String uriText(String value) {
        var open = openBracket(value);
        if (open >= 0) {
            var close = value.indexOf('>', open);
            return close < 0 ? "" : value.substring(open + 1, close);
        }
        var end = value.indexOf(';');
        return (end < 0 ? value : value.substring(0, end)).strip();
    }

    /// The first `<` that is not within a quoted display name, or -1.
    private static int openBracket(String value) {
        var quoted = false;
        for (int i = 0; i < value.length(); i++) {
            switch (value.charAt(i)) {
                case '\\' -> i += quoted ? 1 : 0;
                case '"' -> quoted = !quoted;
                case '<' -> {
                    if (!quoted) {
                        return i;
                    }
                }
                default -> {}
            }
        }
        return -1;
    }

    private static boolean quotesClosed(String value) {
        var quoted = false;
        for (int i = value.indexOf('"'); i >= 0 && i < value.length(); i++) {
            switch (value.charAt(i)) {
                case '\\' -> i += quoted ? 1 : 0;
                case '"' -> quoted = !quoted;
                default -> {}
            }
        }
        return !quoted;
    }

    /// An unquoted display name is tokens and blanks (RFC 4475 §3.1.2.15); UTF-8 is let pass.
    private static boolean displayName(String value) {
        var end = value.startsWith("\"") ? 0 : openBracket(value);
        for (int i = 0; i < end; i++) {
            var c = value.charAt(i);
            if (c != ' ' && c != '\t' && c < 0x80 && !Syntax.isTokenCharacter(c)) {
                return false;
            }
        }
        return true;
    }

    /// Tells whether the parser has used its whole input.
    private static final class WholeUri extends URLParser {
        WholeUri(String text) {
            super(text);
        }

        boolean atEnd() throws ParseException {
            return lexer.lookAhead(0) == '\n';
        }
    }

    private static String scheme(String text) {
        var colon = text.indexOf(':');
        for (int i = 0; i < colon; i++) {
            var c = text.charAt(i) | 0x20;
            var letter = c >= 'a' && c <= 'z';
            var later = i > 0 && "0123456789+-.".indexOf(text.charAt(i)) >= 0;
            if (!letter && !later) {
                return "";
            }
        }
        return colon < 1 ? "" : text.substring(0, colon).toLowerCase(Locale.ROOT);
    }

    private static boolean isSip(String scheme) {
        return scheme.equals("sip") || scheme.equals("sips");
    }

    private static boolean uriCharacters(String text) {
        for (int i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == '<' || c == '>' || c == '"') {
                return false;
            }
        }
        return true;
    }
}
