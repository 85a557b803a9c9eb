package org.surehop.adapter.configfile;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.surehop.core.config.Midcom;
import org.surehop.core.config.Pinholes;
import org.surehop.core.config.Prefix;

/// Reads who may command our middlebox, and which middleboxes we command.
final class MidcomReader {
    private static final String BLOCK = "an address block such as 10.0.0.0/8";

    private MidcomReader() {}

    static Midcom read(Section s, Pinholes pinholes) {
        var address = s.address("address", "");
        var agents = s.sections("agents").stream().map(MidcomReader::agent).toList();
        var remotes = s.sections("middleboxes").stream().map(MidcomReader::remote).toList();
        if (!address.isEmpty() && agents.isEmpty()) {
            s.fault("agents", "is missing, expected a list of who may command this middlebox");
        }
        var commands = pinholes.driver() == Pinholes.Driver.SIMCO;
        if (commands && remotes.isEmpty()) {
            s.fault("middleboxes", "is missing, expected those that pinholes.driver: simco means");
        }
        if (!address.isEmpty() && commands) {
            s.fault(
                    "address",
                    "expected nothing: with pinholes.driver: simco there is no firewall here");
        }
        if (!address.isEmpty() && pinholes.driver() == Pinholes.Driver.NONE) {
            s.fault("address", "expected nothing: with pinholes.driver: none there is no firewall");
        }
        ConfigReader.unique(s, "agents", "name", agents.stream().map(Midcom.Agent::name).toList());
        ConfigReader.unique(
                s, "middleboxes", "name", remotes.stream().map(Midcom.Remote::name).toList());
        var read =
                new Midcom(
                        address,
                        s.integer("port", 7626, 1, 65535),
                        s.integer("max-sessions", 16, 1, 1024),
                        agents,
                        remotes);
        s.close();
        return read;
    }

    private static Midcom.Agent agent(Section s) {
        var agent =
                new Midcom.Agent(
                        s.text("name", "the domain of a certificate", ConfigReader.HOST),
                        s.list("prefixes", List.of(), BLOCK, MidcomReader::prefix),
                        s.integer("max-rules", 1000, 1, 1_000_000),
                        s.flag("administrator", false));
        s.close();
        return agent;
    }

    private static Midcom.Remote remote(Section s) {
        var prefixes = s.list("prefixes", List.of(), BLOCK, MidcomReader::prefix);
        if (prefixes.isEmpty()) {
            s.fault("prefixes", "is missing, expected a list with " + BLOCK);
        }
        var remote =
                new Midcom.Remote(
                        s.text("name", "the domain of a certificate", ConfigReader.HOST),
                        s.address("address", null),
                        s.integer("port", 7626, 1, 65535),
                        prefixes);
        s.close();
        return remote;
    }

    private static @Nullable Prefix prefix(Object value) {
        try {
            return value instanceof String text ? Prefix.parse(text) : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
