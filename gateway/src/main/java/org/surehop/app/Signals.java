package org.surehop.app;

import java.lang.reflect.Proxy;

/// The signals that an operator or systemd sends. By reflection, because the compiler warns of the
/// class, which has no successor, and cannot be told not to.
final class Signals {
    private Signals() {}

    /// Runs `action` each time the signal arrives (`HUP`, `TERM`, `INT`), on a thread of the JVM's
    /// own, in place of what the JVM would do.
    static void on(String name, Runnable action) {
        try {
            var signal = Class.forName("sun.misc.Signal");
            var handler = Class.forName("sun.misc.SignalHandler");
            var proxy =
                    Proxy.newProxyInstance(
                            Signals.class.getClassLoader(),
                            new Class<?>[] {handler},
                            (self, method, arguments) ->
                                    switch (method.getName()) {
                                        case "handle" -> {
                                            action.run();
                                            yield null;
                                        }
                                        case "equals" -> arguments[0].hashCode() == self.hashCode();
                                        case "hashCode" -> System.identityHashCode(self);
                                        default -> "on SIG" + name;
                                    });
            var awaited = signal.getConstructor(String.class).newInstance(name);
            signal.getMethod("handle", signal, handler).invoke(null, awaited, proxy);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("listening for SIG" + name, e);
        }
    }
}
