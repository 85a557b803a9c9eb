package org.surehop.adapter.tls;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;

/// Writes certificates and keys as PEM; never over a file that exists. Keys are PKCS#8 and are
/// readable by their owner only from their first octet on.
final class PemFiles {
    private PemFiles() {}

    /// Throws `FileAlreadyExistsException`, before anything is written, when one of the two
    /// exists.
    static void writeNew(
            Path certificateFile, Path keyFile, List<X509Certificate> chain, PrivateKey key)
            throws IOException {
        for (var file : List.of(certificateFile, keyFile)) {
            if (Files.exists(file)) {
                throw new FileAlreadyExistsException(file.toString());
            }
            Files.createDirectories(file.toAbsolutePath().getParent());
        }
        Files.createFile(
                keyFile,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(
                keyFile, pem(List.of(new JcaPKCS8Generator(key, null))), StandardCharsets.US_ASCII);
        Files.writeString(
                certificateFile,
                pem(chain),
                StandardCharsets.US_ASCII,
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE);
    }

    private static String pem(List<?> objects) throws IOException {
        var text = new StringWriter();
        try (var writer = new JcaPEMWriter(text)) {
            for (var object : objects) {
                writer.writeObject(object);
            }
        }
        return text.toString();
    }
}
