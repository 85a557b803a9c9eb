package org.surehop.adapter.cms;

import java.util.Arrays;
import java.util.Base64;

/// The content transfer encodings of RFC 2045 §6 that change octets; both only ever shrink them.
final class TransferCoding {
    private TransferCoding() {}

    static byte[] base64(byte[] encoded) throws BodyFault {
        var packed = new byte[encoded.length];
        var length = 0;
        for (var b : encoded) {
            if (b != '\r' && b != '\n' && b != ' ' && b != '\t') {
                packed[length++] = b;
            }
        }
        try {
            return Base64.getDecoder().decode(Arrays.copyOf(packed, length));
        } catch (IllegalArgumentException _) {
            throw BodyFault.malformed();
        }
    }

    static byte[] quotedPrintable(byte[] encoded) throws BodyFault {
        var plain = new byte[encoded.length];
        var length = 0;
        for (int i = 0; i < encoded.length; i++) {
            if (encoded[i] != '=') {
                plain[length++] = encoded[i];
            } else if (at(encoded, i + 1) == '\n') {
                i++;
            } else if (at(encoded, i + 1) == '\r' && at(encoded, i + 2) == '\n') {
                i += 2;
            } else {
                plain[length++] = (byte) (hex(encoded, i + 1) * 16 + hex(encoded, i + 2));
                i += 2;
            }
        }
        return Arrays.copyOf(plain, length);
    }

    private static int at(byte[] bytes, int index) {
        return index < bytes.length ? bytes[index] : -1;
    }

    private static int hex(byte[] bytes, int index) throws BodyFault {
        var digit = Character.digit(at(bytes, index), 16);
        if (digit < 0) {
            throw BodyFault.malformed();
        }
        return digit;
    }
}
