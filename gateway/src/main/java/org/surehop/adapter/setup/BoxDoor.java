package org.surehop.adapter.setup;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/// The way from the page to the box, which alone knows the setup code and what a configuration
/// must be: a Unix socket, one connection for each attempt. The page sends `code CODE`; only when
/// the box says `go` does it send `file NAME OCTETS` and the octets, for each file, and `end`;
/// the last lines are the box's, to its `end`. Who takes the page over has no more than
/// anybody with a browser.
final class BoxDoor implements AutoCloseable {
    private static final int MOST_LINES = 40;
    private static final int LONGEST_CODE = 64;

    private final SocketChannel channel;
    private final OutputStream out;
    private final BufferedReader in;

    private BoxDoor(SocketChannel channel) {
        this.channel = channel;
        this.out = Channels.newOutputStream(channel);
        this.in =
                new BufferedReader(
                        new InputStreamReader(
                                Channels.newInputStream(channel), StandardCharsets.UTF_8));
    }

    /// What the box says to a code: come in, how many more may be wrong, or nothing any more.
    sealed interface Answer {
        record Go() implements Answer {}

        record Wrong(int left) implements Answer {}

        record Closed() implements Answer {}
    }

    /// What the box says to a configuration: taken, or the sentences against it.
    record Verdict(boolean taken, List<String> sentences) {
        Verdict {
            sentences = List.copyOf(sentences);
        }
    }

    static BoxDoor open(Path socket) throws IOException {
        return new BoxDoor(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
    }

    /// Codes are compared by the box; what cannot be one is wrong as well, and counts.
    Answer knock(String code) throws IOException {
        var word = code.replace("-", "").toUpperCase(Locale.ROOT);
        var sound = word.matches("[0-9A-Z]{1," + LONGEST_CODE + "}") ? word : "?";
        send("code " + sound + "\n");
        var said = Objects.requireNonNullElse(in.readLine(), "");
        if (said.matches("wrong [0-9]{1,3}")) {
            return new Answer.Wrong(Integer.parseInt(said.substring("wrong ".length())));
        }
        return said.equals("go") ? new Answer.Go() : new Answer.Closed();
    }

    Verdict give(Offer offer) throws IOException {
        for (var file : offer.files().entrySet()) {
            send("file " + file.getKey() + " " + file.getValue().length + "\n");
            out.write(file.getValue());
        }
        send("end\n");
        var said = in.lines().takeWhile(line -> !line.equals("end")).limit(MOST_LINES).toList();
        if (said.isEmpty()) {
            throw new IOException("the box said nothing to the configuration");
        }
        return new Verdict(said.getFirst().equals("taken"), said.subList(1, said.size()));
    }

    private void send(String line) throws IOException {
        out.write(line.getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
