package org.surehop.app.ua;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.surehop.adapter.cms.KeyMaterialFault;
import org.surehop.adapter.cms.SmimeKeys;
import org.surehop.adapter.tls.CredentialException;
import org.surehop.adapter.tls.Credentials;
import org.surehop.adapter.tls.FipsProvider;
import org.surehop.adapter.tls.TlsSockets;
import org.surehop.core.config.SecretRef;
import org.surehop.core.config.Smime;
import org.surehop.core.config.Tls;
import org.surehop.core.sip.SipUri;
import picocli.CommandLine.Option;

/// The options that `probe` and `answer` share: who the user agent is, and its keys. With `--pki`
/// and `--as` every file is found below the directory that `surehop pki init` wrote.
final class UaKeys {
    static final Duration HANDSHAKE = Duration.ofSeconds(10);

    private static final Pattern USER =
            Pattern.compile("[A-Za-z0-9_+-][A-Za-z0-9._+-]*@[A-Za-z0-9][A-Za-z0-9.-]*");

    private static final Logger TLS_LOG = Logger.getLogger("org.bouncycastle.jsse");

    @Option(
            names = "--pki",
            paramLabel = "DIR",
            description = "a directory of 'surehop pki init': the files below are found there")
    private @Nullable Path pki;

    @Option(
            names = "--as",
            required = true,
            paramLabel = "USER@DOMAIN",
            description = "who you are: the address-of-record")
    private String user = "";

    @Option(names = "--cert", paramLabel = "FILE", description = "TLS certificate, PEM")
    private @Nullable String certificate;

    @Option(names = "--key", paramLabel = "FILE", description = "its private key")
    private @Nullable String key;

    @Option(names = "--trust", paramLabel = "FILE", description = "the CAs you trust")
    private @Nullable String trust;

    @Option(names = "--smime-cert", paramLabel = "FILE", description = "S/MIME certificate, PEM")
    private @Nullable String smimeCertificate;

    @Option(names = "--smime-key", paramLabel = "FILE", description = "its private key")
    private @Nullable String smimeKey;

    @Option(
            names = "--reader",
            paramLabel = "CERT",
            description =
                    "who on the way may read the session description: the gateway's S/MIME"
                            + " certificate, a file or, with --pki, a name; may be repeated")
    private List<String> readers = new ArrayList<>();

    @Option(
            names = "--shape",
            defaultValue = "N11",
            description =
                    "how a description is sealed: N1 (not signed), N2, N3 or N11 (signed);"
                            + " default ${DEFAULT-VALUE}")
    private Envelopes.Shape shape = Envelopes.Shape.N11;

    @Option(
            names = "--crl",
            paramLabel = "FILE",
            description =
                    "a revocation list: whom it names is not believed, and nothing is shared with"
                            + " them; may be repeated")
    private List<String> lists = new ArrayList<>();

    @Option(
            names = "--option-tag",
            defaultValue = "e2e-sec",
            description = "the option tag that asks for security; default ${DEFAULT-VALUE}")
    private String optionTag = "e2e-sec";

    @Option(
            names = "--notify-body-type",
            defaultValue = "application/e2e-sec-info+xml",
            description = "the media type of hop reports; default ${DEFAULT-VALUE}")
    private String notifyBodyType = "";

    /// The command line lacks something or names something that is not there: exit code 2.
    static final class Fault extends Exception {
        private static final long serialVersionUID = 1L;

        Fault(String message) {
            super(message);
        }
    }

    String optionTag() {
        return optionTag;
    }

    String notifyBodyType() {
        return notifyBodyType;
    }

    SipUri aor() throws Fault {
        var sign = user.indexOf('@');
        if (sign < 1 || sign == user.length() - 1) {
            throw new Fault("--as: expected USER@DOMAIN, found '" + user + "'");
        }
        return SipUri.of(user.substring(0, sign), user.substring(sign + 1), 0);
    }

    TlsSockets tls() throws Fault {
        FipsProvider.install();
        // What it would say of a refused peer or a closed connection, the steps say in words.
        TLS_LOG.setLevel(Level.OFF);
        var domain = aor().host();
        try {
            return TlsSockets.open(
                    new Tls(
                            file(certificate, "--cert", domain + "/tls.pem"),
                            secret(key, "--key", domain + "/tls.key"),
                            file(trust, "--trust", "ca.pem"),
                            "TLSv1.2",
                            HANDSHAKE));
        } catch (CredentialException e) {
            throw new Fault(String.valueOf(e.getMessage()));
        }
    }

    Envelopes envelopes() throws Fault {
        FipsProvider.install();
        var certificateFile = file(smimeCertificate, "--smime-cert", user + "/smime.pem");
        var secret = secret(smimeKey, "--smime-key", user + "/smime.key");
        var smime =
                new Smime(
                        certificateFile,
                        secret,
                        certificateFile,
                        secret,
                        file(trust, "--trust", "ca.pem"));
        try {
            var keys = SmimeKeys.load(smime, Security.getProvider(FipsProvider.CRYPTO));
            var type = notifyBodyType.toLowerCase(Locale.ROOT);
            return new Envelopes(keys, shape, type, aor().host(), lists).checked();
        } catch (KeyMaterialFault e) {
            throw new Fault(String.valueOf(e.getMessage()));
        }
    }

    List<X509Certificate> readers() throws Fault {
        var found = new ArrayList<X509Certificate>();
        for (var reader : readers) {
            found.add(certificate(reader));
        }
        return found;
    }

    /// A certificate by file or, below `--pki`, by the name of its owner.
    X509Certificate certificate(String nameOrFile) throws Fault {
        try {
            return Credentials.leaf(
                    Files.exists(Path.of(nameOrFile)) || pki == null
                            ? nameOrFile
                            : pki.resolve(nameOrFile).resolve("smime.pem").toString());
        } catch (CredentialException e) {
            throw new Fault(String.valueOf(e.getMessage()));
        }
    }

    /// The certificate of that user below `--pki`, if there is one. The name may come from the
    /// network, so nothing but a plain `USER@DOMAIN` is looked for.
    Optional<X509Certificate> directory(String name) {
        if (pki == null || !USER.matcher(name).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Credentials.leaf(pki.resolve(name).resolve("smime.pem").toString()));
        } catch (CredentialException e) {
            return Optional.empty();
        }
    }

    /// A literal address, IPv6 with or without brackets; no look-up.
    static InetAddress literal(String option, String text) throws Fault {
        try {
            return InetAddress.ofLiteral(text.replace("[", "").replace("]", ""));
        } catch (IllegalArgumentException e) {
            throw new Fault(option + ": expected an IPv4 or IPv6 address, found '" + text + "'");
        }
    }

    private SecretRef secret(@Nullable String given, String option, String below) throws Fault {
        return new SecretRef(SecretRef.Kind.FILE, file(given, option, below));
    }

    private String file(@Nullable String given, String option, String below) throws Fault {
        if (given != null) {
            return given;
        }
        if (pki == null) {
            throw new Fault(option + " is missing: give it, or --pki DIR");
        }
        return pki.resolve(below).toString();
    }
}
