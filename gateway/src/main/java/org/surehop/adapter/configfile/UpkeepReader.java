package org.surehop.adapter.configfile;

import org.surehop.core.config.Snmp;
import org.surehop.core.config.Upkeep;

/// Reads the part about the box itself. Each default stands here once.
final class UpkeepReader {
    private UpkeepReader() {}

    /// A machine whose unit knows these places better than its operator names them in the
    /// environment; the file has the last word.
    private static String machine(String variable) {
        return System.getenv().getOrDefault(variable, "");
    }

    static Upkeep read(Section s, Snmp snmp) {
        var machines = machine("SUREHOP_UPDATE_REQUEST");
        var socket = s.file("socket", machine("SUREHOP_HEALTH_SOCKET"));
        var port = s.integer("trial-port", Upkeep.NONE.trialPort(), 1, 65534);
        var events = s.file("events", machine("SUREHOP_BOX_EVENTS"));
        var alarm = s.file("alarm", machine("SUREHOP_ALARM"));
        var request = s.file("update-request", machines);
        var names = snmp.users().stream().map(Snmp.User::name).toList();
        var form = "the name of one of snmp.users";
        var user = s.text("update-user", "", form, "[A-Za-z0-9._-]{0,32}");
        s.close();
        if (!user.isEmpty() && !names.contains(user)) {
            s.fault(
                    "update-user",
                    "no user has the name '" + user + "', expected one of snmp.users");
        } else if (!user.isEmpty() && request.isEmpty()) {
            s.fault("update-request", "is missing, expected the path of a file to be made");
        } else if (user.isEmpty() && !request.equals(machines)) {
            s.fault("update-user", "is missing, expected " + form);
        }
        var both = !user.isEmpty() && !request.isEmpty();
        return new Upkeep(socket, port, events, alarm, both ? request : "", both ? user : "");
    }
}
