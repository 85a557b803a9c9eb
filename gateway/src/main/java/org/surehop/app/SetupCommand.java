package org.surehop.app;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.surehop.adapter.setup.BoxCard;
import org.surehop.adapter.setup.SetupPage;
import org.surehop.adapter.systemd.ServiceNotices;
import org.surehop.adapter.tls.CredentialException;
import org.surehop.adapter.tls.Credentials;
import org.surehop.adapter.tls.PageTls;
import org.surehop.core.config.SecretRef;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `surehop setup`: the page for the first start of a box.
@Command(
        name = "setup",
        mixinStandardHelpOptions = true,
        description = {
            "Serves the page of a box that has no configuration yet, until SIGTERM. The firmware",
            "starts it; by itself it can neither judge a code nor keep a configuration.",
            "Exit code 0: ended in order, 2: it cannot run here."
        })
final class SetupCommand implements Callable<Integer> {
    @Option(
            names = "--address",
            required = true,
            paramLabel = "ADDRESS",
            description = "where to listen, an address of the inner network")
    private String address = "";

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "8443",
            description = "default ${DEFAULT-VALUE}; 0 takes a free one")
    private int port;

    @Option(
            names = "--door",
            required = true,
            paramLabel = "SOCKET",
            description = "the Unix socket at which the box takes a configuration")
    private Path door = Path.of("door");

    @Option(
            names = "--from",
            required = true,
            paramLabel = "DIR",
            description = {
                "files of the box: page.pem and page.key, id, version, fingerprint, tls.csr and",
                "smime.csr"
            })
    private Path from = Path.of(".");

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException {
        var err = spec.commandLine().getErr();
        try {
            var tls =
                    PageTls.of(
                            Credentials.load(
                                    from.resolve("page.pem").toString(),
                                    new SecretRef(
                                            SecretRef.Kind.FILE,
                                            from.resolve("page.key").toString())));
            var at = new InetSocketAddress(InetAddress.ofLiteral(address), port);
            try (var page = SetupPage.open(at, tls.context(), tls.parameters(), card(), door)) {
                serve(page);
            }
            return 0;
        } catch (IllegalArgumentException e) {
            err.println("surehop: --address " + Screen.safe(address) + ": expected an IP address");
        } catch (CredentialException e) {
            err.println("surehop: " + e.getMessage());
        } catch (IOException e) {
            err.println("surehop: the page cannot be served: " + e.getMessage());
        }
        return Main.WRONG_INPUT;
    }

    private void serve(SetupPage page) throws InterruptedException {
        var told = new CountDownLatch(1);
        Signals.on("TERM", told::countDown);
        Signals.on("INT", told::countDown);
        spec.commandLine().getOut().println("setup page at https://" + page.host() + "/");
        var notices = ServiceNotices.of(System.getenv());
        notices.ifPresent(n -> n.ready(() -> 0));
        told.await();
        notices.ifPresent(ServiceNotices::close);
    }

    private BoxCard card() throws IOException {
        var requests = new HashMap<String, String>();
        for (var name : new String[] {"tls.csr", "smime.csr"}) {
            requests.put(name, Files.readString(from.resolve(name), StandardCharsets.US_ASCII));
        }
        return new BoxCard(word("id"), word("version"), word("fingerprint"), requests);
    }

    private String word(String name) throws IOException {
        return Files.readString(from.resolve(name), StandardCharsets.US_ASCII).strip();
    }
}
