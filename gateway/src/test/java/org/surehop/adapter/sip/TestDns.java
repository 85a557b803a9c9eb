package org.surehop.adapter.sip;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Master;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// A name server on loopback that knows the records of a zone text and remembers the questions.
final class TestDns implements AutoCloseable {
    final List<String> questions = new CopyOnWriteArrayList<>();
    private final DatagramSocket socket;
    private final List<Record> records = new ArrayList<>();

    TestDns(String zone) throws IOException {
        var text = new java.io.ByteArrayInputStream(zone.getBytes());
        try (var master = new Master(text, Name.fromConstantString("example."), 60)) {
            for (var next = master.nextRecord(); next != null; next = master.nextRecord()) {
                records.add(next);
            }
        }
        socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::serve);
    }

    InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    private void serve() {
        var packet = new DatagramPacket(new byte[4096], 4096);
        while (!socket.isClosed()) {
            try {
                socket.receive(packet);
                var length = packet.getLength();
                var query = new Message(Arrays.copyOf(packet.getData(), length));
                var reply = answer(query).toWire();
                socket.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
            } catch (IOException e) {
                // Closed, or a packet that is no question.
            }
        }
    }

    private Message answer(Message query) throws IOException {
        var question = query.getQuestion();
        questions.add(question.getName() + " " + Type.string(question.getType()));
        var reply = new Message(query.getHeader().getID());
        reply.getHeader().setFlag(Flags.QR);
        reply.getHeader().setFlag(Flags.AA);
        reply.addRecord(question, Section.QUESTION);
        var known = false;
        for (var entry : records) {
            if (entry.getName().equals(question.getName())) {
                known = true;
                if (entry.getType() == question.getType() || entry.getType() == Type.CNAME) {
                    reply.addRecord(entry, Section.ANSWER);
                }
            }
        }
        if (reply.getSection(Section.ANSWER).isEmpty()) {
            var apex = Name.fromConstantString("example.");
            var soa = new SOARecord(apex, DClass.IN, 60, apex, apex, 1, 60, 60, 60, 60);
            reply.addRecord(soa, Section.AUTHORITY);
            reply.getHeader().setRcode(known ? Rcode.NOERROR : Rcode.NXDOMAIN);
        }
        return reply;
    }

    @Override
    public void close() {
        socket.close();
    }
}
