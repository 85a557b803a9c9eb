package org.surehop.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.snmp4j.smi.OID;
import org.snmp4j.smi.OctetString;
import org.snmp4j.smi.Variable;

/// The names and words of a MIB module, read from its text as far as a notification needs them:
/// object names, numbers of enumerations, dates. A person reads names, not numbers.
final class MibNames {
    private static final Pattern COMMENT = Pattern.compile("--[^\\n]*|\"[^\"]*\"");
    private static final Pattern NODE =
            Pattern.compile(
                    "\\b([a-z]\\w*)\\s+(?:OBJECT-TYPE|NOTIFICATION-TYPE|MODULE-IDENTITY"
                            + "|OBJECT-IDENTITY|OBJECT\\s+IDENTIFIER)\\b([^:]*)"
                            + "::=\\s*\\{\\s*(\\w+)\\s+(\\d+)\\s*}");
    private static final Pattern WORDS =
            Pattern.compile(
                    "\\b([A-Z]\\w*)\\s*::=\\s*TEXTUAL-CONVENTION[^:]*?"
                            + "SYNTAX\\s+INTEGER\\s*\\{([^}]*)}");
    private static final Pattern SYNTAX = Pattern.compile("SYNTAX\\s+(\\w+)");
    private static final Pattern WORD = Pattern.compile("(\\w+)\\s*\\((\\d+)\\)");

    private final Map<String, OID> oids = new HashMap<>();
    private final Map<OID, String> names = new HashMap<>();
    private final Map<OID, String> types = new HashMap<>();
    private final Map<String, Map<Integer, String>> words = new HashMap<>();

    static MibNames read(Path module) throws IOException {
        var mib = new MibNames();
        mib.oids.put("enterprises", new OID("1.3.6.1.4.1"));
        var text = COMMENT.matcher(Files.readString(module)).replaceAll("");
        var conventions = WORDS.matcher(text);
        while (conventions.find()) {
            var numbers = new HashMap<Integer, String>();
            var word = WORD.matcher(conventions.group(2));
            while (word.find()) {
                numbers.put(Integer.valueOf(word.group(2)), word.group(1));
            }
            mib.words.put(conventions.group(1), numbers);
        }
        // A node may stand before its parent: go on until nothing new is learnt.
        for (var before = -1; before != mib.oids.size(); ) {
            before = mib.oids.size();
            mib.learn(text);
        }
        return mib;
    }

    private void learn(String text) {
        var node = NODE.matcher(text);
        while (node.find()) {
            var parent = oids.get(node.group(3));
            if (parent == null || oids.containsKey(node.group(1))) {
                continue;
            }
            var oid = new OID(parent).append(Integer.parseInt(node.group(4)));
            oids.put(node.group(1), oid);
            names.put(oid, node.group(1));
            var syntax = SYNTAX.matcher(node.group(2));
            if (syntax.find()) {
                types.put(oid, syntax.group(1));
            }
        }
    }

    /// The node of that name; it must be in the module.
    OID oid(String name) {
        var oid = oids.get(name);
        if (oid == null) {
            throw new IllegalArgumentException("the MIB has no " + name);
        }
        return new OID(oid);
    }

    /// The object's name without its instance, or the numbers when it is not of this module.
    String name(OID oid) {
        for (var node = new OID(oid); node.size() > 1; node = node.trim()) {
            var name = names.get(node);
            if (name != null) {
                return name;
            }
        }
        return oid.toDottedString();
    }

    /// The value in words.
    String text(OID oid, Variable value) {
        var type = type(oid);
        if (words.containsKey(type)) {
            return words.get(type).getOrDefault(value.toInt(), value.toString());
        }
        if (!(value instanceof OctetString octets)) {
            return value.toString();
        }
        return type.equals("DateAndTime")
                ? date(octets.getValue())
                : new String(octets.getValue(), StandardCharsets.UTF_8);
    }

    private String type(OID oid) {
        for (var node = new OID(oid); node.size() > 1; node = node.trim()) {
            var type = types.get(node);
            if (type != null) {
                return type;
            }
        }
        return "";
    }

    /// RFC 2579 DateAndTime: year, month, day, hour, minute, second, tenth.
    private static String date(byte[] octets) {
        return octets.length < 8
                ? ""
                : "%04d-%02d-%02d %02d:%02d:%02d"
                        .formatted(
                                (octets[0] & 0xff) << 8 | octets[1] & 0xff,
                                octets[2],
                                octets[3],
                                octets[4],
                                octets[5],
                                octets[6]);
    }
}
