package org.surehop.core.sdp;

/// Who may send through a pinhole (PIN-2), in the words of the configuration: `addr+port`, `addr`
/// and `any`.
public enum SourcePolicy {
    /// Only the port where the sender receives. Right only where media is symmetric (RFC 4961):
    /// always with BUNDLE and with a pair that ICE has selected, mostly elsewhere. While ICE
    /// checks run, any port of the candidates' addresses.
    ADDR_AND_PORT("addr+port"),
    /// The sender's address, any port.
    ADDR("addr"),
    /// As `addr`; and anyone to a candidate inside while ICE checks run, since an address that
    /// only the checks find cannot be known.
    ANY("any");

    private final String word;

    SourcePolicy(String word) {
        this.word = word;
    }

    /// What the configuration says.
    public String word() {
        return word;
    }
}
