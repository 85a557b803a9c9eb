package org.surehop.adapter.cms;

import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.surehop.core.disclosure.BodyFacts;
import org.surehop.core.disclosure.BodyFacts.Obstacle;
import org.surehop.core.disclosure.DisclosedPart;
import org.surehop.core.gateway.Effect;
import org.surehop.core.gateway.Event;
import org.surehop.core.sip.Octets;

/// Reads the body of a MESSAGE and, where an archive wants it, seals an entry at once, so that no
/// clear octet leaves this room: the facts that go out have parts without octets, but for the rows
/// of a signed copy of the message, which are compared with the message. Used by the worker
/// threads.
final class MessageReading {
    private static final Logger LOG = LoggerFactory.getLogger(MessageReading.class);

    private final BodyReader reader;
    private final Optional<ArchiveSeal> seal;

    MessageReading(BodyReader reader, Optional<ArchiveSeal> seal) {
        this.reader = reader;
        this.seal = seal;
    }

    Event.MessageRead read(Effect.ReadMessage effect, Instant now, KeptKeys.Lease lease) {
        var operations = new KeyOperations(effect.keyOperations());
        // The whole body, whatever the label names: of a message no part may hide.
        var facts = reader.read(effect.body(), List.of(), now, operations, lease);
        var obstacles = EnumSet.noneOf(Obstacle.class);
        obstacles.addAll(facts.obstacles());
        if (facts.parts().stream().anyMatch(MessageReading::bent)) {
            obstacles.add(Obstacle.DECRYPTION_FAILED);
        }
        var sealed = obstacles.isEmpty() ? sealed(effect, facts.parts(), now) : Octets.NONE;
        var parts = facts.parts().stream().map(MessageReading::withoutOctets).toList();
        return new Event.MessageRead(
                now, effect.task(), new BodyFacts(parts, obstacles), sealed, operations.used());
    }

    private Octets sealed(Effect.ReadMessage effect, List<DisclosedPart> parts, Instant now) {
        if (seal.isEmpty() || effect.slip().isEmpty()) {
            return Octets.NONE;
        }
        try {
            return seal.get().seal(effect.slip().get(), parts, now);
        } catch (RuntimeException bug) {
            // Not the message's fault: the archive has failed, and its policy decides.
            LOG.error("sealing an entry failed: bug={}", bug.getClass().getName());
            return Octets.NONE;
        }
    }

    /// A block that was bent on the way: the same answer as for wrong padding (SM-23).
    private static boolean bent(DisclosedPart part) {
        var type = part.mediaType();
        return part.malleable()
                && (type.startsWith("text/") || type.startsWith("message/"))
                && !part.octets().isText();
    }

    private static DisclosedPart withoutOctets(DisclosedPart part) {
        var copied = part.mediaType().equals("message/sip") && !part.signers().isEmpty();
        return new DisclosedPart(
                part.mediaType(),
                part.contentId(),
                copied ? part.octets() : Octets.NONE,
                part.signers(),
                part.encrypted(),
                part.malleable(),
                part.disposition());
    }
}
