package org.surehop.adapter.systemd;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A datagram socket of the family AF_UNIX, which Java has not: one word at a time to one address.
/// A call does not wait (MSG_DONTWAIT): who does not listen must not stop the gateway.
final class NotifySocket {
    /// `sun_path` of `struct sockaddr_un` (unix(7)).
    static final int LONGEST_PATH = 108;

    private static final short AF_UNIX = 1;
    private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
    private static final int MSG_DONTWAIT_NOSIGNAL = 0x40 | 0x4000;

    private final byte[] address;
    private final MethodHandle socket;
    private final MethodHandle sendTo;
    private final MethodHandle close;

    /// `path` as `NOTIFY_SOCKET` names it: a file, or a name in the abstract space that begins
    /// with `@`.
    NotifySocket(String path) {
        var octets = path.getBytes(StandardCharsets.UTF_8);
        if (octets.length == 0 || octets.length >= LONGEST_PATH) {
            throw new IllegalArgumentException(
                    "NOTIFY_SOCKET: expected 1 to 107 octets, got " + octets.length);
        }
        if (octets[0] == '@') {
            octets[0] = 0;
        }
        this.address = octets;
        this.socket = function("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
        this.sendTo =
                function(
                        "sendto", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS,
                        JAVA_INT);
        this.close = function("close", JAVA_INT, JAVA_INT);
    }

    /// Whether the word went out whole.
    boolean send(String word) {
        var descriptor = (int) call(socket, (int) AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
        if (descriptor < 0) {
            return false;
        }
        try (var arena = Arena.ofConfined()) {
            var octets = word.getBytes(StandardCharsets.UTF_8);
            var message = arena.allocateFrom(JAVA_BYTE, octets);
            var to = target(arena);
            var sent =
                    (long)
                            call(
                                    sendTo,
                                    descriptor,
                                    message,
                                    (long) octets.length,
                                    MSG_DONTWAIT_NOSIGNAL,
                                    to,
                                    (int) to.byteSize());
            return sent == octets.length;
        } finally {
            call(close, descriptor);
        }
    }

    /// `struct sockaddr_un`: the family, then the path; a file's path ends with NUL, an abstract
    /// name with its length.
    private MemorySegment target(Arena arena) {
        var path = address[0] == 0 ? address : Arrays.copyOf(address, address.length + 1);
        var to = arena.allocate(JAVA_SHORT.byteSize() + path.length, JAVA_SHORT.byteAlignment());
        to.set(JAVA_SHORT, 0, AF_UNIX);
        MemorySegment.copy(path, 0, to, JAVA_BYTE, JAVA_SHORT.byteSize(), path.length);
        return to;
    }

    @SuppressWarnings("restricted")
    private static MethodHandle function(
            String name, MemoryLayout result, MemoryLayout... arguments) {
        var linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(result, arguments));
    }

    private static Object call(MethodHandle function, Object... arguments) {
        try {
            return function.invokeWithArguments(arguments);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a native call threw", e);
        }
    }
}
