package org.surehop.core.sip;

/// A SIP method (RFC 3261 §7.1): case-sensitive, known or not.
public record Method(String name) {
    public static final Method INVITE = new Method("INVITE");
    public static final Method ACK = new Method("ACK");
    public static final Method BYE = new Method("BYE");
    public static final Method CANCEL = new Method("CANCEL");
    public static final Method OPTIONS = new Method("OPTIONS");
    public static final Method NOTIFY = new Method("NOTIFY");
    public static final Method PRACK = new Method("PRACK");
    public static final Method UPDATE = new Method("UPDATE");
    public static final Method MESSAGE = new Method("MESSAGE");
    public static final Method INFO = new Method("INFO");
    public static final Method REGISTER = new Method("REGISTER");

    @Override
    public String toString() {
        return name;
    }
}
