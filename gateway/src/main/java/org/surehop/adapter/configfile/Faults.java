package org.surehop.adapter.configfile;

import java.util.ArrayList;
import java.util.List;

/// Collects what is wrong with one file: each a sentence that names file, key and expected
/// form.
final class Faults {
    /// A file of nonsense is not answered at any length.
    private static final int MOST = 100;

    private final String file;
    private final List<String> sentences = new ArrayList<>();

    Faults(String file) {
        this.file = file;
    }

    void add(String key, String sentence) {
        if (sentences.size() < MOST) {
            sentences.add(file + ": " + (key.isEmpty() ? "" : key + ": ") + sentence);
        }
    }

    boolean none() {
        return sentences.isEmpty();
    }

    List<String> sentences() {
        return List.copyOf(sentences);
    }
}
