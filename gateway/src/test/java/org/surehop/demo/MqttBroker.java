package org.surehop.demo;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;

/// An MQTT 5 broker for one evening: TLS with client certificates, QoS 0 and 1 in, QoS 0 out,
/// retained messages, wills and topic filters. Nothing outlives the process. What it does not do
/// it refuses by closing (sessions, QoS 2, older protocol versions).
///
/// Each connection is read by a virtual thread of its own; writes to one client take its lock.
final class MqttBroker implements AutoCloseable {
    private static final int MAX_CLIENTS = 16;
    private static final int SUCCESS = 0;
    private static final int UNSUPPORTED_VERSION = 0x84;

    private final SSLServerSocket server;
    private final Set<Client> clients = ConcurrentHashMap.newKeySet();
    private final Map<String, Message> retained = new ConcurrentHashMap<>();
    private final AtomicInteger acknowledged = new AtomicInteger();

    private MqttBroker(SSLServerSocket server) {
        this.server = server;
    }

    /// Listens on a free port of that address; every client must show a certificate.
    static MqttBroker start(SSLContext tls, InetAddress address) throws IOException {
        var socket =
                (SSLServerSocket)
                        tls.getServerSocketFactory().createServerSocket(0, MAX_CLIENTS, address);
        socket.setNeedClientAuth(true);
        var broker = new MqttBroker(socket);
        Thread.ofVirtual().name("mqtt-accept").start(broker::accept);
        return broker;
    }

    int port() {
        return server.getLocalPort();
    }

    /// How many QoS 1 messages were taken and acknowledged.
    int acknowledged() {
        return acknowledged.get();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (var client : clients) {
            client.socket.close();
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                var socket = server.accept();
                if (clients.size() < MAX_CLIENTS) {
                    Thread.ofVirtual().name("mqtt-client").start(() -> serve(socket));
                } else {
                    socket.close();
                }
            } catch (IOException closedOrRefused) {
                // Either close() was called, or one client went away early: the loop condition
                // tells the two apart.
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            var client = new Client(socket, socket.getOutputStream());
            var in = new BufferedInputStream(socket.getInputStream());
            if (!connect(client, MqttPacket.read(in))) {
                return;
            }
            clients.add(client);
            try {
                while (handle(client, MqttPacket.read(in))) {
                    // One packet after the other until DISCONNECT.
                }
            } finally {
                clients.remove(client);
                client.will.ifPresent(this::publish);
            }
        } catch (EOFException gone) {
            // The will, if there was one, has been published.
        } catch (IOException broken) {
            System.err.println("mqtt broker: a client was dropped: " + broken.getMessage());
        }
    }

    private boolean connect(Client client, MqttPacket packet) throws IOException {
        var reader = packet.reader();
        if (packet.type() != MqttPacket.CONNECT || !reader.text().equals("MQTT")) {
            throw new IOException("the first packet was no MQTT CONNECT");
        }
        var version = reader.octet();
        var flags = reader.octet();
        reader.number();
        var reply = new MqttPacket.Writer().octet(0);
        if (version != 5) {
            client.send(reply.octet(UNSUPPORTED_VERSION).packet(MqttPacket.CONNACK, 0));
            return false;
        }
        reader.properties();
        reader.text();
        if ((flags & 0x04) != 0) {
            reader.properties();
            client.will =
                    Optional.of(
                            new Message(
                                    reader.text(),
                                    new byte[0],
                                    reader.octets(),
                                    (flags & 0x20) != 0));
        }
        // Maximum QoS 1 (0x24), Retain Available (0x25); no topic aliases, by saying nothing.
        client.send(
                reply.octet(SUCCESS)
                        .properties(new byte[] {0x24, 1, 0x25, 1})
                        .packet(MqttPacket.CONNACK, 0));
        return true;
    }

    private boolean handle(Client client, MqttPacket packet) throws IOException {
        switch (packet.type()) {
            case MqttPacket.PUBLISH -> published(client, packet);
            case MqttPacket.SUBSCRIBE -> subscribed(client, packet);
            case MqttPacket.PINGREQ ->
                    client.send(new MqttPacket.Writer().packet(MqttPacket.PINGRESP, 0));
            case MqttPacket.DISCONNECT -> {
                // An orderly end cancels the will, unless reason 0x04 asks for it.
                if (packet.content().length == 0 || packet.content()[0] != 0x04) {
                    client.will = Optional.empty();
                }
                return false;
            }
            default -> throw new IOException("packet type " + packet.type() + " is not served");
        }
        return true;
    }

    private void published(Client client, MqttPacket packet) throws IOException {
        var reader = packet.reader();
        var topic = reader.text();
        var qos = packet.flags() >> 1 & 3;
        var id = qos == 0 ? 0 : reader.number();
        if (qos > 1 || topic.isEmpty()) {
            throw new IOException("QoS 2 and topic aliases are not served");
        }
        var properties = reader.properties();
        publish(new Message(topic, properties, reader.rest(), (packet.flags() & 1) != 0));
        if (qos == 1) {
            client.send(new MqttPacket.Writer().number(id).packet(MqttPacket.PUBACK, 0));
            acknowledged.incrementAndGet();
        }
    }

    private void subscribed(Client client, MqttPacket packet) throws IOException {
        var reader = packet.reader();
        var reply = new MqttPacket.Writer().number(reader.number()).properties(new byte[0]);
        reader.properties();
        var filters = new ArrayList<String>();
        while (reader.more()) {
            filters.add(reader.text());
            reader.octet();
            reply.octet(SUCCESS);
        }
        client.filters.addAll(filters);
        client.send(reply.packet(MqttPacket.SUBACK, 0));
        for (var message : retained.values()) {
            if (filters.stream().anyMatch(f -> matches(f, message.topic()))) {
                client.send(message.packet(true));
            }
        }
    }

    private void publish(Message message) {
        if (message.retain() && message.payload().length == 0) {
            retained.remove(message.topic());
        } else if (message.retain()) {
            retained.put(message.topic(), message);
        }
        for (var client : clients) {
            if (client.wants(message.topic())) {
                try {
                    client.send(message.packet(false));
                } catch (IOException gone) {
                    clients.remove(client);
                }
            }
        }
    }

    /// MQTT 5.0 §4.7: `+` is one level, `#` at the end is this level and all below.
    static boolean matches(String filter, String topic) {
        var wanted = List.of(filter.split("/", -1));
        var levels = List.of(topic.split("/", -1));
        for (int i = 0; i < wanted.size(); i++) {
            if (wanted.get(i).equals("#")) {
                return true;
            }
            if (i >= levels.size()
                    || !(wanted.get(i).equals("+") || wanted.get(i).equals(levels.get(i)))) {
                return false;
            }
        }
        return wanted.size() == levels.size();
    }

    private record Message(String topic, byte[] properties, byte[] payload, boolean retain) {
        /// `stored` marks what was published before the subscriber came (Retain As Published 0).
        MqttPacket packet(boolean stored) {
            return new MqttPacket.Writer()
                    .text(topic)
                    .properties(properties)
                    .octets(payload)
                    .packet(MqttPacket.PUBLISH, stored ? 1 : 0);
        }
    }

    private static final class Client {
        private final Socket socket;
        private final OutputStream out;
        private final Set<String> filters = ConcurrentHashMap.newKeySet();
        private final ReentrantLock writing = new ReentrantLock();
        private volatile Optional<Message> will = Optional.empty();

        Client(Socket socket, OutputStream out) {
            this.socket = socket;
            this.out = out;
        }

        boolean wants(String topic) {
            return filters.stream().anyMatch(f -> matches(f, topic));
        }

        void send(MqttPacket packet) throws IOException {
            writing.lock();
            try {
                packet.write(out);
            } finally {
                writing.unlock();
            }
        }
    }
}
