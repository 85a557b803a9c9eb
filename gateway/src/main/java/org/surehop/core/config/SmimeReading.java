package org.surehop.core.config;

/// How bodies are opened and their signers judged.
public record SmimeReading(KeyTransport keyTransport, ContentKeys contentKeys, Signers signers) {
    /// What is in force when nothing is configured.
    public static final SmimeReading DEFAULT =
            new SmimeReading(KeyTransport.OAEP, ContentKeys.DEFAULT, Signers.DEFAULT);

    /// For what may have been signed long ago, such as an archive.
    public static final SmimeReading AT_ANY_TIME =
            new SmimeReading(KeyTransport.OAEP, ContentKeys.DEFAULT, Signers.DEFAULT.atAnyTime());

    /// How RSA senders may hand us a content key.
    public enum KeyTransport {
        /// RSAES-OAEP alone.
        OAEP,
        /// PKCS #1 v1.5 as well, for senders of the RFC 3853 era.
        PKCS1
    }
}
