import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.surehop.adapter.cms.BodyReader;
import org.surehop.adapter.cms.KeyPairing;
import org.surehop.adapter.cms.SmimeKeys;
import org.surehop.adapter.tls.FipsProvider;
import org.surehop.core.config.Disclosure;
import org.surehop.core.disclosure.SignerFacts;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Octets;

/// What reading bodies costs: CERTIFICATE KEY TRUST ROUNDS BODY... prints for each body the
/// processor time of one reading in microseconds, by one warm thread.
public final class Opening {
    public static void main(String[] words) throws Exception {
        FipsProvider.install();
        var provider = Security.getProvider(FipsProvider.CRYPTO);
        var pair = KeyPairing.load("bench", Path.of(words[0]), Path.of(words[1]), provider);
        X509Certificate trust;
        try (var in = Files.newInputStream(Path.of(words[2]))) {
            trust = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
        var keys = new SmimeKeys(pair, pair, List.of(trust), provider);
        var policy =
                new Disclosure(
                        Disclosure.Profile.INSPECT, false, false, false, 496, 399, 8, 32, 16, 1);
        var reader = new BodyReader(keys, policy, 65_536);
        var rounds = Integer.parseInt(words[3]);
        for (int i = 4; i < words.length; i++) {
            var octets = Octets.copyOf(Files.readAllBytes(Path.of(words[i])));
            var body = new Body(List.of(new Header("Content-Type", "application/pkcs7-mime")), octets);
            run(reader, body, rounds);
            var threads = ManagementFactory.getThreadMXBean();
            var before = threads.getCurrentThreadCpuTime();
            run(reader, body, rounds);
            System.out.println((threads.getCurrentThreadCpuTime() - before) / 1000.0 / rounds);
        }
    }

    private static void run(BodyReader reader, Body body, int rounds) {
        for (int i = 0; i < rounds; i++) {
            var facts = reader.read(body, List.of(), Instant.now());
            var signers = facts.parts().getFirst().signers();
            if (signers.getFirst().status() != SignerFacts.Status.VALID) {
                throw new IllegalStateException("expected a body that can be read: " + facts);
            }
        }
    }
}
