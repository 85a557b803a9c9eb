package org.surehop.adapter.snmp;

import java.util.regex.Pattern;

/// Who hears of a SET of `surehopUpdateRequest`. Called on the agent's threads, after the sender
/// has proven to be the user who may.
public interface UpdateRequests {
    /// Nobody may ask for anything.
    UpdateRequests NONE =
            new UpdateRequests() {
                @Override
                public boolean open() {
                    return false;
                }

                @Override
                public boolean take(String address) {
                    return false;
                }

                @Override
                public void refused(String why) {}
            };

    /// What such an address looks like: no user, no query, nothing that a shell could misread.
    Pattern ADDRESS =
            Pattern.compile("https://[A-Za-z0-9.-]{1,100}(:[0-9]{1,5})?(/[A-Za-z0-9._~-]{1,100})+");

    /// Whether requests are taken at all.
    boolean open();

    /// Passes the request on; false when the one before still waits or nobody can take it.
    boolean take(String address);

    /// The user who may ask has asked for something that cannot be.
    void refused(String why);
}
