package org.surehop.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import org.surehop.adapter.tls.CredentialException;
import org.surehop.adapter.tls.Credentials;
import org.surehop.adapter.tls.TrialAuthority;
import org.surehop.adapter.tls.TrialCertificate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `surehop pki`: a small certificate authority for trials.
@Command(
        name = "pki",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "A small certificate authority for trials. Not for a network that matters.",
        subcommands = {Pki.Init.class, Pki.Show.class})
final class Pki implements Callable<Integer> {
    private static final String NAMES = "[A-Za-z0-9][A-Za-z0-9.-]{0,252}";
    private static final String USERS = "[A-Za-z0-9][A-Za-z0-9._+-]{0,63}@" + NAMES;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return Main.WRONG_INPUT;
    }

    /// Makes the authority, or takes the one that is there, and issues certificates.
    @Command(
            name = "init",
            mixinStandardHelpOptions = true,
            description = {
                "Makes DIR/ca.pem unless it exists, and for each domain DIR/DOMAIN/tls.pem and",
                "smime.pem, for each user DIR/USER/smime.pem, each with its .key beside it (0600).",
                "Never writes over a file: exit code 1 when one exists."
            })
    static final class Init implements Callable<Integer> {
        @Parameters(paramLabel = "DIR", description = "where everything is written")
        private Path directory = Path.of("pki");

        @Option(
                names = "--domain",
                paramLabel = "DOMAIN",
                description = "a SIP domain; may be repeated; gw.example.net if none is given")
        private List<String> domains = new ArrayList<>();

        @Option(
                names = "--user",
                paramLabel = "USER@DOMAIN",
                description = "a user who signs and reads bodies; may be repeated")
        private List<String> users = new ArrayList<>();

        @Option(
                names = "--rsa",
                paramLabel = "BITS",
                description = "2048 or 3072: adds smime-rsa.pem, an RSA recipient, to each")
        private int rsa;

        @Spec private CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() throws IOException, CredentialException {
            var line = spec.commandLine();
            if (domains.isEmpty() && users.isEmpty()) {
                domains.add("gw.example.net");
            }
            if (!domains.stream().allMatch(d -> d.matches(NAMES))
                    || !users.stream().allMatch(u -> u.matches(USERS))
                    || !List.of(0, 2048, 3072).contains(rsa)) {
                line.getErr()
                        .println(
                                "surehop: expected --domain DOMAIN, --user USER@DOMAIN and --rsa"
                                        + " 2048 or 3072");
                return Main.WRONG_INPUT;
            }
            for (var file : wanted()) {
                if (Files.exists(file)) {
                    line.getErr().println("surehop: " + file + ": exists, nothing was written");
                    return Main.FAILED;
                }
            }
            issue(authority());
            line.getOut().println("Wrote " + wanted().size() + " pairs below " + directory);
            return 0;
        }

        private TrialAuthority authority() throws IOException, CredentialException {
            return Files.exists(directory.resolve(TrialAuthority.CERTIFICATE_FILE))
                    ? TrialAuthority.open(directory, InstantSource.system())
                    : TrialAuthority.create(directory, "Surehop trial CA", InstantSource.system());
        }

        private List<Path> wanted() {
            var files = new ArrayList<Path>();
            for (var domain : domains) {
                files.add(directory.resolve(domain).resolve("tls.pem"));
            }
            for (var name : everybody()) {
                files.add(directory.resolve(name).resolve("smime.pem"));
                if (rsa > 0) {
                    files.add(directory.resolve(name).resolve("smime-rsa.pem"));
                }
            }
            return files;
        }

        private List<String> everybody() {
            var all = new ArrayList<>(domains);
            all.addAll(users);
            return all;
        }

        private void issue(TrialAuthority authority) throws IOException {
            for (var domain : domains) {
                authority.issue(TrialCertificate.tls(domain), directory.resolve(domain), "tls");
            }
            var kind = rsa == 3072 ? TrialCertificate.Key.RSA_3072 : TrialCertificate.Key.RSA_2048;
            for (var name : everybody()) {
                var wish = TrialCertificate.smime(name);
                authority.issue(wish, directory.resolve(name), "smime");
                if (rsa > 0) {
                    authority.issue(wish.withKey(kind), directory.resolve(name), "smime-rsa");
                }
            }
        }
    }

    /// Shows what certificates lie in a directory.
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Shows the certificates below DIR: names, key, validity, fingerprint.")
    static final class Show implements Callable<Integer> {
        private static final int DEPTH = 3;

        @Parameters(paramLabel = "DIR", description = "what `pki init` wrote")
        private Path directory = Path.of("pki");

        @Spec private CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() throws IOException, CredentialException {
            List<Path> files;
            if (!Files.isDirectory(directory)) {
                spec.commandLine().getErr().println("surehop: " + directory + ": no directory");
                return Main.FAILED;
            }
            try (var found = Files.walk(directory, DEPTH)) {
                files = found.filter(f -> f.toString().endsWith(".pem")).sorted().toList();
            }
            var out = spec.commandLine().getOut();
            for (var file : files) {
                var leaf = Credentials.leaf(file.toString());
                out.println(directory.relativize(file));
                out.println("  names        " + String.join(", ", names(leaf)));
                out.println("  key          " + key(leaf));
                out.println(
                        "  valid        %s to %s"
                                .formatted(
                                        leaf.getNotBefore().toInstant(),
                                        leaf.getNotAfter().toInstant()));
                out.println("  fingerprint  " + fingerprint(leaf));
            }
            return files.isEmpty() ? Main.FAILED : 0;
        }

        private static List<String> names(X509Certificate leaf) {
            var names = new ArrayList<String>();
            try {
                var alternative = leaf.getSubjectAlternativeNames();
                if (alternative != null) {
                    alternative.forEach(name -> names.add(String.valueOf(name.get(1))));
                }
            } catch (GeneralSecurityException e) {
                names.add("(malformed)");
            }
            return names.isEmpty() ? List.of(leaf.getSubjectX500Principal().getName()) : names;
        }

        private static String key(X509Certificate leaf) {
            return leaf.getPublicKey() instanceof RSAPublicKey rsa
                    ? "RSA " + rsa.getModulus().bitLength()
                    : leaf.getPublicKey().getAlgorithm();
        }

        private static String fingerprint(X509Certificate leaf) {
            try {
                var digest = MessageDigest.getInstance("SHA-256").digest(leaf.getEncoded());
                return HexFormat.of().formatHex(digest);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("fingerprint of a certificate", e);
            }
        }
    }
}
