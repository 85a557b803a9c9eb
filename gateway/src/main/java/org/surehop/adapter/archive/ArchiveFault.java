package org.surehop.adapter.archive;

/// The archive cannot be used; the message is one sentence that names the place and what is
/// expected there.
public final class ArchiveFault extends Exception {
    private static final long serialVersionUID = 1L;

    ArchiveFault(String sentence) {
        super(sentence);
    }
}
