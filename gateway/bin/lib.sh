# Shared by the commands in this directory and by tests/run. POSIX sh; to be sourced with
# SUREHOP_HOME set to the directory that holds gateway/.

# True when $1 is the home of a JDK or runtime of version 25. Its release file says so without a start of Java.
is_java_25() {
    [ -x "$1/bin/java" ] || return 1
    if [ -r "$1/release" ]; then
        grep -q '^JAVA_VERSION="25[."]' "$1/release"
    else
        "$1/bin/java" -version 2>&1 | grep -q 'version "25[."]'
    fi
}

# Sets JAVA_HOME to a Java 25: JAVA_HOME itself, then PATH, then the usual places.
find_java() {
    [ -n "${JAVA_HOME:-}" ] && is_java_25 "$JAVA_HOME" && return 0
    on_path=$(command -v java 2>/dev/null) && on_path=$(readlink -f "$on_path") || on_path=
    for home in "${on_path%/bin/java}" /usr/lib/jvm/* /opt/*; do
        if [ -n "$home" ] && is_java_25 "$home"; then
            JAVA_HOME=$home
            export JAVA_HOME
            return 0
        fi
    done
    echo "surehop: no Java 25 found: install a JDK 25 (for example Temurin 25) and point JAVA_HOME at it." >&2
    return 2
}

# True when the jar and its libraries are there.
is_built() {
    [ -f "$SUREHOP_HOME/gateway/target/surehop.jar" ] && [ -d "$SUREHOP_HOME/gateway/target/lib" ]
}

# Builds when the jar is missing or older than a source; prints only what went wrong.
build_if_needed() {
    find_java || return $?
    if is_built && [ -z "$(find "$SUREHOP_HOME/pom.xml" "$SUREHOP_HOME/gateway/pom.xml" \
        "$SUREHOP_HOME/gateway/src/main" -newer "$SUREHOP_HOME/gateway/target/surehop.jar" \
        -type f 2>/dev/null | head -n 1)" ]; then
        return 0
    fi
    if ! command -v mvn >/dev/null 2>&1; then
        echo "surehop: no Maven found: install it (Debian: apt-get install maven), 3.8.7 or newer." >&2
        return 2
    fi
    echo "Building Surehop (once) ..." >&2
    # Debian's Maven 3.8 on JDK 25 warns of its own libraries; nobody can act on that here.
    (cd "$SUREHOP_HOME" && MAVEN_OPTS="${MAVEN_OPTS:-} --sun-misc-unsafe-memory-access=allow" \
        mvn -B -ntp -q -Dstyle.color=never -DskipTests package) >&2
}

# Runs class $1 with the other arguments, in place of this shell.
exec_java() {
    find_java || exit $?
    if ! is_built; then
        echo "surehop: not built yet: run 'mvn -B -ntp -DskipTests package' in $SUREHOP_HOME." >&2
        exit 2
    fi
    main=$1
    shift
    # The FIPS jars must stay as they were signed, so everything is on the class path.
    # The heap is bounded, whatever memory the machine has; what comes later on the line wins.
    exec "$JAVA_HOME/bin/java" \
        -XX:+UseSerialGC \
        -XX:+UseCompactObjectHeaders \
        -Xmx256m \
        --enable-native-access=ALL-UNNAMED \
        --sun-misc-unsafe-memory-access=allow \
        ${SUREHOP_JAVA_OPTIONS:-} \
        -cp "$SUREHOP_HOME/gateway/target/surehop.jar:$SUREHOP_HOME/gateway/target/lib/*" \
        "$main" "$@"
}
