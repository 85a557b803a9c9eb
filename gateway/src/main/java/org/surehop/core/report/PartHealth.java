package org.surehop.core.report;

/// How one part of the gateway is: a state and one phrase for people, without secrets.
public record PartHealth(Part part, State state, String phrase) {

    /// The parts that a network operations centre watches; the number is the MIB's `SurehopPart`.
    public enum Part {
        SIP("sip", 1),
        JOURNAL("journal", 2),
        MQTT("mqtt", 3),
        SNMP("snmp", 4),
        FIREWALL("firewall", 5),
        CMS("cms", 6),
        ARCHIVE("archive", 7);

        private final String wireName;
        private final int number;

        Part(String wireName, int number) {
            this.wireName = wireName;
            this.number = number;
        }

        public String wireName() {
            return wireName;
        }

        public int number() {
            return number;
        }
    }

    /// The states, best first; the number is the MIB's `SurehopHealthState`.
    public enum State {
        /// Does its work.
        UP("up", 1),
        /// Works, but somebody should look.
        DEGRADED("degraded", 2),
        /// Does not do its work at the moment, and tries again.
        DOWN("down", 3),
        /// Switched off by configuration.
        OFF("off", 4);

        private final String wireName;
        private final int number;

        State(String wireName, int number) {
            this.wireName = wireName;
            this.number = number;
        }

        public String wireName() {
            return wireName;
        }

        public int number() {
            return number;
        }
    }
}
