package org.surehop.app;

/// The gateway cannot start here: one sentence that names the file, the key and the expected form.
final class StartFault extends Exception {
    private static final long serialVersionUID = 1L;

    StartFault(String sentence) {
        super(sentence);
    }
}
