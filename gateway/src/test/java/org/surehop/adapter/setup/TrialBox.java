package org.surehop.adapter.setup;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// The far end of the page's door for tests: says to each code what it was told to say, and keeps
/// what it is given.
final class TrialBox implements AutoCloseable {
    final List<String> codes = new CopyOnWriteArrayList<>();
    final Map<String, String> files = new ConcurrentHashMap<>();
    private final ServerSocketChannel server;
    private final String toCode;
    private final String toFiles;

    TrialBox(Path socket, String toCode, String toFiles) throws IOException {
        this.toCode = toCode;
        this.toFiles = toFiles;
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        Thread.ofVirtual().start(this::serve);
    }

    private void serve() {
        while (server.isOpen()) {
            try (var page = server.accept();
                    var in = new DataInputStream(Channels.newInputStream(page))) {
                codes.add(line(in));
                var out = Channels.newOutputStream(page);
                out.write((toCode + "\n").getBytes(StandardCharsets.UTF_8));
                if (!toCode.equals("go")) {
                    continue;
                }
                for (var said = line(in); said.startsWith("file "); said = line(in)) {
                    var words = said.split(" ");
                    var content = in.readNBytes(Integer.parseInt(words[2]));
                    files.put(words[1], new String(content, StandardCharsets.UTF_8));
                }
                out.write(toFiles.getBytes(StandardCharsets.UTF_8));
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                codes.add("broken off: " + e);
            }
        }
    }

    private static String line(DataInputStream in) throws IOException {
        var text = new StringBuilder();
        for (int octet = in.read(); octet >= 0 && octet != '\n'; octet = in.read()) {
            text.append((char) octet);
        }
        return text.toString();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
