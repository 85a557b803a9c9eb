package org.surehop.adapter.nftables;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/// The functions of libnftables and of the C library that this room calls, and nothing else of
/// native code. A call blocks its platform thread.
final class NativeCalls {
    private static final String LIBRARY = "libnftables.so.1";
    private static final int DO_NOT_WAIT = 0x40;
    private static final StructLayout ERROR_STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERROR_NUMBER =
            ERROR_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private final MethodHandle contextNew;
    private final MethodHandle contextFree;
    private final MethodHandle bufferOutput;
    private final MethodHandle bufferError;
    private final MethodHandle run;
    private final MethodHandle output;
    private final MethodHandle error;
    private final MethodHandle socket;
    private final MethodHandle setSocketOption;
    private final MethodHandle send;
    private final MethodHandle receive;
    private final MethodHandle receiveNow;
    private final MethodHandle bind;
    private final MethodHandle close;
    private final MethodHandle dryRun;

    private NativeCalls(SymbolLookup nft, SymbolLookup c) {
        contextNew = function(nft, "nft_ctx_new", ADDRESS, JAVA_INT);
        contextFree = procedure(nft, "nft_ctx_free", ADDRESS);
        bufferOutput = function(nft, "nft_ctx_buffer_output", JAVA_INT, ADDRESS);
        bufferError = function(nft, "nft_ctx_buffer_error", JAVA_INT, ADDRESS);
        run = function(nft, "nft_run_cmd_from_buffer", JAVA_INT, ADDRESS, ADDRESS);
        output = function(nft, "nft_ctx_get_output_buffer", ADDRESS, ADDRESS);
        error = function(nft, "nft_ctx_get_error_buffer", ADDRESS, ADDRESS);
        socket = function(c, "socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
        setSocketOption =
                function(
                        c, "setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
        send = function(c, "send", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
        receive = function(c, "recv", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
        bind = function(c, "bind", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
        receiveNow = withError(c, "recv", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
        dryRun = procedure(nft, "nft_ctx_set_dry_run", ADDRESS, JAVA_BOOLEAN);
        close = function(c, "close", JAVA_INT, JAVA_INT);
    }

    @SuppressWarnings("restricted")
    static NativeCalls load() throws FirewallUnavailable {
        try {
            return new NativeCalls(
                    SymbolLookup.libraryLookup(LIBRARY, Arena.global()),
                    Linker.nativeLinker().defaultLookup());
        } catch (IllegalArgumentException e) {
            var fault =
                    new FirewallUnavailable(
                            "pinholes.driver: nftables needs the library "
                                    + LIBRARY
                                    + ": install the package libnftables1, or set memory for a"
                                    + " trial without a firewall");
            fault.initCause(e);
            throw fault;
        }
    }

    MemorySegment newContext() {
        var context = (MemorySegment) call(contextNew, 0);
        if (context.equals(MemorySegment.NULL)
                || (int) call(bufferOutput, context) != 0
                || (int) call(bufferError, context) != 0) {
            throw new IllegalStateException("libnftables gave no context");
        }
        return context;
    }

    void freeContext(MemorySegment context) {
        call(contextFree, context);
    }

    /// From now on commands are checked, by the kernel too, and not done.
    void onlyCheck(MemorySegment context) {
        call(dryRun, context, true);
    }

    /// 0 when the whole command was done.
    int run(MemorySegment context, String command) {
        try (var arena = Arena.ofConfined()) {
            return (int) call(run, context, arena.allocateFrom(command));
        }
    }

    String output(MemorySegment context) {
        return text((MemorySegment) call(output, context));
    }

    String error(MemorySegment context) {
        return text((MemorySegment) call(error, context));
    }

    /// A descriptor, or a negative number.
    int socket(int domain, int type, int protocol) {
        return (int) call(socket, domain, type, protocol);
    }

    int setSocketOption(int descriptor, int level, int option, MemorySegment value) {
        return (int)
                call(setSocketOption, descriptor, level, option, value, (int) value.byteSize());
    }

    long send(int descriptor, MemorySegment message) {
        return (long) call(send, descriptor, message, message.byteSize(), 0);
    }

    long receive(int descriptor, MemorySegment buffer) {
        return (long) call(receive, descriptor, buffer, buffer.byteSize(), 0);
    }

    /// What has come, or the number of the error, negative; never waits.
    long receiveNow(int descriptor, MemorySegment buffer) {
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(ERROR_STATE);
            long length =
                    (long)
                            call(
                                    receiveNow,
                                    state,
                                    descriptor,
                                    buffer,
                                    buffer.byteSize(),
                                    DO_NOT_WAIT);
            return length < 0 ? -(int) ERROR_NUMBER.get(state, 0L) : length;
        }
    }

    int bind(int descriptor, MemorySegment address) {
        return (int) call(bind, descriptor, address, (int) address.byteSize());
    }

    void close(int descriptor) {
        call(close, descriptor);
    }

    /// The library's buffers end with NUL and live until the next command.
    @SuppressWarnings("restricted")
    private static String text(MemorySegment start) {
        return start.equals(MemorySegment.NULL)
                ? ""
                : start.reinterpret(Long.MAX_VALUE).getString(0);
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

    @SuppressWarnings("restricted")
    private static MethodHandle function(
            SymbolLookup library, String name, MemoryLayout result, MemoryLayout... arguments) {
        return Linker.nativeLinker()
                .downcallHandle(
                        library.findOrThrow(name), FunctionDescriptor.of(result, arguments));
    }

    /// Keeps the number of the error: the first argument takes it.
    @SuppressWarnings("restricted")
    private static MethodHandle withError(
            SymbolLookup library, String name, MemoryLayout result, MemoryLayout... arguments) {
        return Linker.nativeLinker()
                .downcallHandle(
                        library.findOrThrow(name),
                        FunctionDescriptor.of(result, arguments),
                        Linker.Option.captureCallState("errno"));
    }

    @SuppressWarnings("restricted")
    private static MethodHandle procedure(
            SymbolLookup library, String name, MemoryLayout... arguments) {
        return Linker.nativeLinker()
                .downcallHandle(library.findOrThrow(name), FunctionDescriptor.ofVoid(arguments));
    }
}
