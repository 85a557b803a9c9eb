package org.surehop.app.ua;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// What `answer` was asked to do. `readers` are the certificates of those on the way who may
/// read the answer; the caller's is taken from its signature, or is one of `callers` when they
/// are given, or is what the `directory` has for the name in From (`alice@example.com`). It
/// rings for `ringing` and goes on echoing for `afterBye`.
record AnswerPlan(
        List<X509Certificate> readers,
        List<X509Certificate> callers,
        Function<String, Optional<X509Certificate>> directory,
        String optionTag,
        boolean acceptClear,
        boolean once,
        Duration ringing,
        Duration afterBye) {
    AnswerPlan {
        readers = List.copyOf(readers);
        callers = List.copyOf(callers);
    }
}
