package org.surehop.adapter.cms;

/// A key or certificate of the configuration cannot be used. The message is one sentence that names
/// the configuration key, the file or variable, and the expected form.
public final class KeyMaterialFault extends Exception {
    private static final long serialVersionUID = 1L;

    KeyMaterialFault(String message) {
        super(message);
    }
}
