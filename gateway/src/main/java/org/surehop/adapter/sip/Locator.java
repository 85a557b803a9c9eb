package org.surehop.adapter.sip;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.random.RandomGenerator;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.NextHop;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.NAPTRRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import org.xbill.DNS.lookup.LookupSession;
import org.xbill.DNS.lookup.NoSuchDomainException;
import org.xbill.DNS.lookup.NoSuchRRSetException;

/// Where a next hop is, by RFC 3263 with TLS over TCP alone (EDG-30, POL-20): whatever else NAPTR
/// offers does not exist for us, even for a `sip:` URI. The domain that a certificate must match
/// stays the one asked for (EDG-31). Called by dialling threads, waits for DNS.
public final class Locator {
    private static final int SIPS_PORT = 5061;
    private static final String SERVICE = "SIPS+D2T";
    private static final int MOST_TARGETS = 16;
    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    private final LookupSession dns;
    private final RandomGenerator random;

    /// With the resolvers and the hosts file of this machine.
    public static Locator ofSystem(RandomGenerator random) {
        return new Locator(LookupSession.defaultBuilder().build(), random);
    }

    /// With one name server and no hosts file.
    public static Locator of(InetSocketAddress nameServer, RandomGenerator random) {
        var resolver = new SimpleResolver(nameServer);
        resolver.setTimeout(TIMEOUT);
        return new Locator(session(resolver), random);
    }

    private Locator(LookupSession dns, RandomGenerator random) {
        this.dns = dns;
        this.random = random;
    }

    private static LookupSession session(Resolver resolver) {
        return LookupSession.builder().resolver(resolver).build();
    }

    /// The places to dial, in order; never empty when `Targets`.
    public Located locate(NextHop hop) {
        var host = (hop.address().isEmpty() ? hop.domain() : hop.address()).strip();
        var literal = literal(host);
        if (!literal.isEmpty()) {
            return targets(literal, hop.port() == 0 ? SIPS_PORT : hop.port());
        }
        try {
            var name = Name.fromString(host, Name.root);
            if (hop.port() != 0) {
                return some(addresses(name, hop.port()));
            }
            return hop.address().isEmpty() ? byServices(name) : some(addresses(name, SIPS_PORT));
        } catch (TextParseException e) {
            return new Located.Nowhere(Reason.UNREACHABLE, "not a host name");
        } catch (LookupFailed e) {
            return new Located.Nowhere(Reason.UNREACHABLE, "DNS gave no answer");
        }
    }

    /// RFC 3263 §4.1 and §4.2: NAPTR, else SRV, else addresses.
    private Located byServices(Name domain) throws LookupFailed {
        var pointers = lookUp(domain, Type.NAPTR).stream().map(NAPTRRecord.class::cast).toList();
        var tls =
                pointers.stream()
                        .filter(Locator::isTls)
                        .sorted(
                                Comparator.comparingInt(NAPTRRecord::getOrder)
                                        .thenComparingInt(NAPTRRecord::getPreference))
                        .toList();
        if (tls.isEmpty() && pointers.stream().anyMatch(Locator::isSip)) {
            return new Located.Nowhere(Reason.NO_TLS_TARGET, "NAPTR offers no SIPS+D2T");
        }
        var found = new ArrayList<InetSocketAddress>();
        for (var pointer : tls) {
            found.addAll(services(pointer.getReplacement()));
        }
        if (!tls.isEmpty()) {
            return some(found);
        }
        found.addAll(services(Name.fromConstantString("_sips._tcp." + domain)));
        return found.isEmpty() ? some(addresses(domain, SIPS_PORT)) : some(found);
    }

    /// RFC 2782: lowest priority first, within it at random by weight. A target `.` is "none".
    private List<InetSocketAddress> services(Name name) throws LookupFailed {
        var records = lookUp(name, Type.SRV).stream().map(SRVRecord.class::cast).toList();
        var left = new ArrayList<>(records);
        // Weight zero first, as RFC 2782 wants it for the draw.
        left.sort(
                Comparator.comparingInt(SRVRecord::getPriority)
                        .thenComparingInt(SRVRecord::getWeight));
        var found = new ArrayList<InetSocketAddress>();
        while (!left.isEmpty() && found.size() < MOST_TARGETS) {
            var next = draw(left);
            left.remove(next);
            if (!next.getTarget().equals(Name.root)) {
                found.addAll(addresses(next.getTarget(), next.getPort()));
            }
        }
        return found;
    }

    private SRVRecord draw(List<SRVRecord> sorted) {
        var priority = sorted.getFirst().getPriority();
        var group = sorted.stream().filter(r -> r.getPriority() == priority).toList();
        var sum = group.stream().mapToInt(SRVRecord::getWeight).sum();
        var mark = random.nextInt(sum + 1);
        var running = 0;
        for (var one : group) {
            running += one.getWeight();
            if (running >= mark) {
                return one;
            }
        }
        return group.getLast();
    }

    private List<InetSocketAddress> addresses(Name name, int port) throws LookupFailed {
        var found = new ArrayList<InetSocketAddress>();
        for (var entry : lookUp(name, Type.A)) {
            found.add(new InetSocketAddress(((ARecord) entry).getAddress(), port));
        }
        for (var entry : lookUp(name, Type.AAAA)) {
            found.add(new InetSocketAddress(((AAAARecord) entry).getAddress(), port));
        }
        return found;
    }

    /// The records, none when the name or the type does not exist.
    private List<Record> lookUp(Name name, int type) throws LookupFailed {
        try {
            return dns.lookupAsync(name, type).toCompletableFuture().join().getRecords();
        } catch (CompletionException e) {
            if (e.getCause() instanceof NoSuchDomainException
                    || e.getCause() instanceof NoSuchRRSetException) {
                return List.of();
            }
            throw new LookupFailed(e);
        }
    }

    private static boolean isTls(NAPTRRecord pointer) {
        return service(pointer).equals(SERVICE)
                && pointer.getFlags().equalsIgnoreCase("s")
                && pointer.getRegexp().isEmpty();
    }

    private static boolean isSip(NAPTRRecord pointer) {
        return service(pointer).startsWith("SIP");
    }

    private static String service(NAPTRRecord pointer) {
        return pointer.getService().toUpperCase(Locale.ROOT);
    }

    private static List<InetAddress> literal(String host) {
        var bare =
                host.startsWith("[") && host.endsWith("]")
                        ? host.substring(1, host.length() - 1)
                        : host;
        try {
            return List.of(InetAddress.ofLiteral(bare));
        } catch (IllegalArgumentException e) {
            return List.of();
        }
    }

    private static Located targets(List<InetAddress> addresses, int port) {
        return some(addresses.stream().map(a -> new InetSocketAddress(a, port)).toList());
    }

    private static Located some(List<InetSocketAddress> found) {
        return found.isEmpty()
                ? new Located.Nowhere(Reason.UNREACHABLE, "no address")
                : new Located.Targets(found.subList(0, Math.min(found.size(), MOST_TARGETS)));
    }

    /// DNS did not answer: not the same as "there is none".
    private static final class LookupFailed extends Exception {
        private static final long serialVersionUID = 1;

        LookupFailed(Throwable cause) {
            super("looking up a next hop", cause);
        }
    }
}
