package org.surehop.core.pinhole.middlebox;

import java.time.Duration;

/// What an agent asks (RFC 5189 §2). Identifiers are 1 and more; 0 stands for none.
public sealed interface AgentRequest {

    /// SE. TLS has authenticated both ends already, so that one pass is enough (MID-1).
    record Establish(int major, int minor) implements AgentRequest {}

    /// ST.
    record Terminate() implements AgentRequest {}

    /// PRR; `group` 0 makes a new group.
    record Reserve(long group, Reservation wanted, Duration lifetime) implements AgentRequest {}

    /// PER; `reserved` names the reserve rule that it replaces.
    record Enable(long reserved, long group, Terms terms, Duration lifetime)
            implements AgentRequest {}

    /// RLC; a lifetime of nothing ends the rule.
    record ChangeRule(long rule, Duration lifetime) implements AgentRequest {}

    /// PRL.
    record ListRules() implements AgentRequest {}

    /// PRS.
    record RuleStatus(long rule) implements AgentRequest {}

    /// GLC; a lifetime of nothing ends the group.
    record ChangeGroup(long group, Duration lifetime) implements AgentRequest {}

    /// GL.
    record ListGroups() implements AgentRequest {}

    /// GS.
    record GroupStatus(long group) implements AgentRequest {}
}
