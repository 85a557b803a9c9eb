package org.surehop.adapter.mqtt;

/// MQTT cannot start as configured. The message is one sentence that names the key and what is
/// expected. A broker that cannot be reached is no fault: it is tried again and again.
public final class MqttFault extends Exception {
    private static final long serialVersionUID = 1L;

    /// What is wrong, for callers that decide.
    public enum Kind {
        /// The address of the broker is none.
        URI,
        /// A word of the topic tree holds `/`, `+`, `#` or a control character.
        TOPIC,
        /// The reference to the password leads nowhere.
        SECRET_UNREADABLE
    }

    private final Kind kind;

    MqttFault(Kind kind, String sentence) {
        super(sentence);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
