package org.surehop.adapter.configfile;

import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.surehop.core.config.ContentKeys;
import org.surehop.core.config.SecretRef;
import org.surehop.core.config.Signers;
import org.surehop.core.config.Smime;
import org.surehop.core.config.SmimeReading;

/// What `every-key.yaml` says of S/MIME.
final class SmimeSample {
    private SmimeSample() {}

    /// `here` makes a relative path absolute.
    static Smime of(UnaryOperator<String> here) {
        return new Smime(
                here.apply("c"),
                new SecretRef(SecretRef.Kind.FILE, here.apply("d")),
                here.apply("e"),
                new SecretRef(SecretRef.Kind.FILE, here.apply("f")),
                "/abs/g",
                new SmimeReading(
                        SmimeReading.KeyTransport.PKCS1,
                        new ContentKeys(Duration.ofMinutes(7), 8, 9, 10, false),
                        new Signers(
                                Signers.Revocation.HARD,
                                List.of(here.apply("l")),
                                true,
                                "http://o",
                                Duration.ofSeconds(2),
                                Duration.ofSeconds(3))));
    }
}
