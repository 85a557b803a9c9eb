package org.surehop.core.pinhole.middlebox;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What a request is answered with: success, or one failure reason (RFC 3304 §2.1.10).
public sealed interface Answer {

    /// The session is open.
    record Established(Capabilities capabilities) implements Answer {}

    /// The session is closed.
    record Terminated() implements Answer {}

    /// `inside` and `outside` are what a NAT reserved, empty on a pure firewall (MID-9).
    record Reserved(
            Rule rule, Optional<Endpoint> inside, Optional<Endpoint> outside, Duration lifetime)
            implements Answer {}

    /// A pure firewall translates nothing: A1, to which the inside sends, is the external end of
    /// the rule's terms, and A2, to which the outside sends, the internal one (MID-7).
    record Enabled(Rule rule, Duration lifetime) implements Answer {}

    /// RLC and GLC: what holds from now on; nothing means that it is gone.
    record Granted(Duration lifetime) implements Answer {}

    /// PRL: what the agent can access, in the order of its making.
    record Rules(List<Owned> rules) implements Answer {
        public Rules {
            rules = List.copyOf(rules);
        }
    }

    /// PRS.
    record Status(Rule rule, Duration remaining) implements Answer {}

    /// GL.
    record Groups(List<Owned> groups) implements Answer {
        public Groups {
            groups = List.copyOf(groups);
        }
    }

    /// GS: `remaining` is that of the member that lives longest (MID-5).
    record GroupState(String owner, Duration remaining, List<Long> members) implements Answer {
        public GroupState {
            members = List.copyOf(members);
        }
    }

    /// `detail` is one short phrase for the people who run the agent.
    record Failed(Failure failure, String detail) implements Answer {}

    /// A rule or group with its owner.
    record Owned(long id, String owner) {}
}
