package org.surehop.core.config;

/// The services of RFC 4189 §2.2 that read more than session descriptions.
public record Services(
        Messages messages, Archive archive, LocationRouting location, Emergency emergency) {
    /// None of them.
    public static final Services OFF = new Services(Messages.PASS, Archive.OFF);

    /// Those that concern messages.
    public Services(Messages messages, Archive archive) {
        this(messages, archive, LocationRouting.DEFAULT, Emergency.NONE);
    }

    public Services {
        Valid.that(
                messages.read() || !archive.enabled(),
                "services.archive cannot keep what services.messages does not read");
    }
}
