package org.surehop.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Random;
import java.util.Timer;
import java.util.UUID;

/// The rooms of ARCHITECTURE.md and what each may use.
@AnalyzeClasses(packages = "org.surehop", importOptions = DoNotIncludeTests.class)
class RoomsTest {
    private static final DescribedPredicate<JavaClass> PURE =
            resideInAnyPackage(
                            "org.surehop.core..",
                            "java.lang",
                            "java.lang.annotation",
                            "java.lang.invoke",
                            "java.lang.runtime",
                            "java.util",
                            "java.util.function",
                            "java.util.regex",
                            "java.util.stream",
                            "java.time",
                            "java.time.temporal",
                            "org.jspecify.annotations")
                    .or(type(InetAddress.class))
                    .or(type(Inet4Address.class))
                    .or(type(Inet6Address.class))
                    .or(type(InetSocketAddress.class))
                    .or(type(java.nio.charset.Charset.class))
                    .or(type(java.nio.charset.StandardCharsets.class))
                    .or(DescribedPredicate.describe("primitives", RoomsTest::primitive))
                    .as("nothing but itself and pure types of the JDK");

    @ArchTest
    static final ArchRule coreIsPure =
            noClasses()
                    .that()
                    .resideInAPackage("org.surehop.core..")
                    .should()
                    .dependOnClassesThat(not(PURE))
                    .because(
                            "what the gateway decides must be replayable: no I/O, no thread,"
                                    + " no log in core");

    @ArchTest
    static final ArchRule coreReadsNoClock =
            noClasses()
                    .that()
                    .resideInAPackage("org.surehop.core..")
                    .should()
                    .callMethod(Instant.class, "now")
                    .orShould()
                    .callMethod(System.class, "nanoTime")
                    .orShould()
                    .callMethod(System.class, "currentTimeMillis")
                    .orShould()
                    .dependOnClassesThat(type(Timer.class))
                    .because("time arrives with the event, so that a history can be replayed");

    @ArchTest
    static final ArchRule coreLooksNothingUp =
            noClasses()
                    .that()
                    .resideInAnyPackage("org.surehop.core..", "org.surehop.adapter.configfile..")
                    .should()
                    .callMethod(InetAddress.class, "getByName", String.class)
                    .orShould()
                    .callMethod(InetAddress.class, "getAllByName", String.class)
                    .because("a name in a message must not make the gateway ask DNS by the way");

    @ArchTest
    static final ArchRule coreDrawsNoRandomNumbers =
            noClasses()
                    .that()
                    .resideInAPackage("org.surehop.core..")
                    .should()
                    .callMethod(Math.class, "random")
                    .orShould()
                    .callMethod(UUID.class, "randomUUID")
                    .orShould()
                    .dependOnClassesThat(type(Random.class))
                    .because("chance arrives as an argument: same seed, same history");

    @ArchTest
    static final ArchRule coreRoomsHaveNoCycle =
            slices().matching("org.surehop.core.(*)..")
                    .should()
                    .beFreeOfCycles()
                    .because("a room is understood with those below it, and no others");

    @ArchTest
    static final ArchRule adaptersDoNotKnowEachOther =
            slices().matching("org.surehop.adapter.(*)..")
                    .should()
                    .notDependOnEachOther()
                    .because("app alone joins them: each can be tested and replaced by itself");

    @ArchTest
    static final ArchRule nobodyDependsOnApp =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("org.surehop.app..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("org.surehop.app..")
                    .because("app is where everything comes together, not a place to borrow from");

    @ArchTest
    static final ArchRule runtimeKnowsOnlyTheCore =
            noClasses()
                    .that()
                    .resideInAPackage("org.surehop.runtime..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("org.surehop.adapter..", "org.surehop.app..")
                    .allowEmptyShould(true)
                    .because("the loop speaks to the edges through two ports");

    @ArchTest
    static final ArchRule sipStaysInItsRoom =
            confined(
                    "org.surehop.adapter.sip..", "javax.sip..", "gov.nist..", "android.gov.nist..");

    @ArchTest
    static final ArchRule snmpStaysInItsRoom =
            confined("org.surehop.adapter.snmp..", "org.snmp4j..");

    @ArchTest
    static final ArchRule mqttStaysInItsRoom =
            confined("org.surehop.adapter.mqtt..", "org.eclipse.paho..");

    @ArchTest
    static final ArchRule sqlStaysInItsRoom =
            confined("org.surehop.adapter.journal..", "org.sqlite..", "java.sql..", "javax.sql..");

    @ArchTest
    static final ArchRule yamlStaysInItsRoom =
            confined("org.surehop.adapter.configfile..", "org.yaml..", "org.apache.commons..");

    @ArchTest
    static final ArchRule dnsStaysInItsRoom = confined("org.surehop.adapter.sip..", "org.xbill..");

    @ArchTest
    static final ArchRule foreignCodeStaysInItsRoom =
            noClasses()
                    .that(
                            not(
                                    resideInAnyPackage(
                                            "org.surehop.adapter.nftables..",
                                            "org.surehop.adapter.systemd..")))
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("java.lang.foreign..")
                    .because(
                            "native code is called in two rooms, which nobody else needs to trust");

    @ArchTest
    static final ArchRule theWebStaysInItsRoom =
            confined("org.surehop.adapter.setup..", "com.sun.net.httpserver..", "java.util.zip..");

    @ArchTest static final ArchRule optionsStayInApp = confined("org.surehop.app..", "picocli..");

    /// Two rooms and `app`, whose probe is a user agent with keys of its own.
    @ArchTest
    static final ArchRule bouncyCastleStaysInItsRooms =
            noClasses()
                    .that(
                            not(
                                    resideInAnyPackage(
                                            "org.surehop.adapter.tls..",
                                            "org.surehop.adapter.cms..",
                                            "org.surehop.app..")))
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("org.bouncycastle..")
                    .because("there is one place for keys and TLS and one for CMS");

    private static ArchRule confined(String room, String... packages) {
        return noClasses()
                .that(not(resideInAPackage(room)))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(packages)
                .because("a library that appears in one room can be replaced in one room");
    }

    private static boolean primitive(JavaClass type) {
        return type.isPrimitive() || (type.isArray() && PURE.test(type.getBaseComponentType()));
    }
}
