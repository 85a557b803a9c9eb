package org.surehop.core.config;

import java.time.Duration;

/// How long and how many content keys are kept so that later messages of a dialog may be encrypted
/// under them (RFC 3185, CEK-6, CEK-7). `holding` zero keeps none; `maxDecrypts` is the most that a
/// key's sender may announce; `reversed` demands the octet order of RFC 3185 (CEK-2).
public record ContentKeys(
        Duration holding, int maxDecrypts, int perDialog, int total, boolean reversed) {
    /// What is in force when nothing is configured.
    public static final ContentKeys DEFAULT =
            new ContentKeys(Duration.ofHours(2), 64, 16, 4096, true);

    public ContentKeys {
        Valid.positive("smime.content-keys.max-decrypts", maxDecrypts);
        Valid.positive("smime.content-keys.per-dialog", perDialog);
        Valid.positive("smime.content-keys.total", total);
    }
}
