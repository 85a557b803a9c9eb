package org.surehop.core.sdp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.surehop.core.sip.Octets;

class MediaKeysTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abc | true",
                "a=key-mgmt:mikey abc | true",
                "k=base64:abc | true",
                "k=clear:abc | true",
                "k=prompt | false",
                "a=fingerprint:SHA-256 AA:BB | false",
                "a=cryptography:none | false",
                "i=talk about a=crypto:1 | false",
            })
    void knowsAKeyWhenItSeesOne(String line, boolean key) {
        for (var end : new String[] {"\r\n", "\n"}) {
            var sdp = "v=0" + end + "m=audio 9 RTP/SAVP 0" + end + line + end;
            var octets = Octets.copyOf(sdp.getBytes(StandardCharsets.UTF_8));
            assertEquals(key, MediaKeys.shown(octets), line);
        }
    }
}
