package org.surehop.adapter.tls;

/// A key or certificate that cannot be used. The message is one sentence that names the file
/// and the expected form; it never holds key material.
public final class CredentialException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean absent;

    public CredentialException(String sentence) {
        super(sentence);
        this.absent = false;
    }

    public CredentialException(String sentence, Throwable cause) {
        super(sentence, cause);
        this.absent = false;
    }

    private CredentialException(boolean absent, String sentence) {
        super(sentence);
        this.absent = absent;
    }

    /// The file, or the environment variable, is not there at all.
    static CredentialException missing(String sentence) {
        return new CredentialException(true, sentence);
    }

    /// True when there is nothing to be wrong with: the file or variable does not exist.
    public boolean absent() {
        return absent;
    }
}
