"""Writes the CycloneDX 1.6 list of what is in the image: Debian packages, the kernel, the Java runtime and jars."""
import glob, hashlib, json, os, re, sys

out, version, arch, libraries, kernel, java = sys.argv[1:]
components = []
for listed in ("packages.tsv", "packages-build.tsv"):
    with open(f"{out}/legal/{listed}") as packages:
        lines = packages.read().splitlines()
    for line in lines:
        name, release, machine, source, source_release = line.split("\t")
        components.append({"type": "library", "name": name, "version": release,
                           "purl": f"pkg:deb/debian/{name}@{release}?arch={machine}",
                           "properties": [{"name": "debian:source", "value": f"{source} {source_release}"}]})
for jar in sorted(glob.glob(f"{libraries}/*.jar")):
    name, release = re.match(r"(.+?)-(\d.*)\.jar$", os.path.basename(jar)).groups()
    with open(jar, "rb") as content:
        digest = hashlib.sha256(content.read()).hexdigest()
    components.append({"type": "library", "name": name, "version": release,
                       "hashes": [{"alg": "SHA-256", "content": digest}]})
components.append({"type": "operating-system", "name": kernel, "version": kernel.removeprefix("linux-image-")})
components.append({"type": "framework", "name": "openjdk-25", "version": java,
                   "purl": f"pkg:deb/debian/openjdk-25-jdk-headless@{java}?arch={arch}"})
document = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
            "metadata": {"component": {"type": "firmware", "name": "surehop", "version": version}},
            "components": components}
with open(f"{out}/surehop-{version}-{arch}.cdx.json", "w") as sbom:
    json.dump(document, sbom, indent=1)
    sbom.write("\n")
