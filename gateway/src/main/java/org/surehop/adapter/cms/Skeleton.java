package org.surehop.adapter.cms;

import org.surehop.core.config.Disclosure;

/// The visible MIME structure of a body, walked before anything in it is decrypted or verified: a
/// body that is too deep or has too many parts costs no key operation (R-SEC-7).
final class Skeleton {
    private final ReadingBudget budget;

    private Skeleton(ReadingBudget budget) {
        this.budget = budget;
    }

    static void check(MimeEntity entity, Disclosure policy) throws BodyFault {
        new Skeleton(new ReadingBudget(policy, new KeyOperations(0))).walk(entity, 1);
    }

    private void walk(MimeEntity entity, int depth) throws BodyFault {
        budget.depth(depth);
        budget.takePart();
        if (entity.mediaType().startsWith("multipart/")) {
            for (var part : entity.parts(budget.partsLeft())) {
                walk(part, depth + 1);
            }
        }
    }
}
