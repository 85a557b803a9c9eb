package org.surehop.demo;

import java.util.ArrayList;
import java.util.List;

/// Where the play takes place: three network namespaces with a kernel firewall between them, or
/// one machine's loopback without any. The addresses are those that `gateway/bin/demo` gave out.
///
/// @param prefix the beginning of the names of the namespaces, empty on loopback
record Stage(String prefix, String caller, String inside, String outside, String callee) {
    static final Stage LOOPBACK = new Stage("", "127.0.0.1", "127.0.0.1", "127.0.0.1", "127.0.0.1");

    boolean kernel() {
        return !prefix.isEmpty();
    }

    List<String> atCaller(List<String> command) {
        return at("caller", command);
    }

    List<String> atGateway(List<String> command) {
        return at("gateway", command);
    }

    List<String> atCallee(List<String> command) {
        return at("callee", command);
    }

    private List<String> at(String place, List<String> command) {
        if (!kernel()) {
            return command;
        }
        var all = new ArrayList<>(List.of("ip", "netns", "exec", prefix + place));
        all.addAll(command);
        return all;
    }

    /// What lies inside, for `pinholes.inside-prefixes`.
    List<String> insidePrefixes() {
        return kernel() ? List.of("10.0.0.0/8", "fd00::/8") : List.of("127.0.0.0/8");
    }
}
