package org.surehop.adapter.tls;

/// A key or certificate that cannot be used. The message is one sentence that names the file
/// and the expected form; it never holds key material.
public final class CredentialException extends Exception {
    private static final long serialVersionUID = 1L;

    public CredentialException(String sentence) {
        super(sentence);
    }

    public CredentialException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
