#!/bin/sh
# Makes the vectors of this folder anew: bodies in the manner of RFC 4134 (by its sections) and RFC
# 6216, with keys and algorithms of today, and with those of then, which the gateway refuses. The
# openssl command (3.0) makes all but the Ed25519 signatures' structure, which is ua/eddsa.py's.
# What the gateway must find in each is in expected.txt. Commit what it makes.
set -eu
cd "$(dirname "$0")"
rm -f ./*.pem ./*.key ./*.mime
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# --- keys -----------------------------------------------------------------------------------------
key() { openssl genpkey -algorithm "$@" 2>/dev/null; }
leaf() { # name SAN keyUsage
    openssl req -new -key "$1.key" -subj "/CN=$1" -out "$work/csr"
    printf 'subjectAltName=%s\nextendedKeyUsage=emailProtection\nkeyUsage=%s\nsubjectKeyIdentifier=hash\n' \
        "$2" "$3" >"$work/ext"
    openssl x509 -req -in "$work/csr" -CA ca.pem -CAkey "$work/ca.key" -days 8999 -sha256 \
        -extfile "$work/ext" -out "$1.pem" 2>/dev/null
}
key EC -pkeyopt ec_paramgen_curve:P-256 -out "$work/ca.key"
openssl req -x509 -new -key "$work/ca.key" -days 9000 -subj /CN=vectors -out ca.pem \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
key RSA -pkeyopt rsa_keygen_bits:2048 -out gw-rsa.key
key EC -pkeyopt ec_paramgen_curve:P-256 -out gw-ec.key
key RSA -pkeyopt rsa_keygen_bits:2048 -out alice-rsa.key
key EC -pkeyopt ec_paramgen_curve:P-256 -out alice-ec.key
key ED25519 -out alice-ed.key
key X25519 -out x25519.key
openssl genpkey -genparam -algorithm DSA -pkeyopt dsa_paramgen_bits:1024 \
    -pkeyopt dsa_paramgen_q_bits:160 -out "$work/dsa" 2>/dev/null
openssl genpkey -paramfile "$work/dsa" -out alice-dsa.key
key RSA -pkeyopt rsa_keygen_bits:1024 -out bob-1024.key
key RSA -pkeyopt rsa_keygen_bits:1024 -out alice-1024.key
leaf gw-rsa DNS:gw.example.com keyEncipherment
leaf gw-ec DNS:gw.example.com keyAgreement,digitalSignature
for kind in rsa ec ed dsa 1024; do
    leaf alice-$kind URI:sip:alice@example.com digitalSignature
done
leaf bob-1024 URI:sip:bob@example.net keyEncipherment

# --- content --------------------------------------------------------------------------------------
printf 'Content-Type: text/plain\r\n\r\nThis is some sample content.' >"$work/text"
printf 'Content-Type: text/plain\r\n\r\nHello!\r\n' >"$work/hello"

cms() { openssl cms -binary -outform DER "$@"; }
signed() ( # in out signer options
    in=$1 out=$2 signer=$3
    shift 3
    cms -sign -in "$in" -out "$out" -signer "alice-$signer.pem" -inkey "alice-$signer.key" "$@"
)
smime() { # smime-type cms out
    { printf 'Content-Type: application/pkcs7-mime; smime-type=%s; name=smime.p7m\r\n' "$1"
      printf 'Content-Transfer-Encoding: binary\r\n\r\n'
      cat "$2"; } >"$3"
}
opaque() ( # in out signer options
    in=$1 out=$2 signer=$3
    shift 3
    signed "$in" "$work/cms" "$signer" -nodetach "$@"
    smime signed-data "$work/cms" "$out"
)
around() { # in signature out
    { printf 'Content-Type: multipart/signed; protocol="application/pkcs7-signature";'
      printf ' micalg=sha-256; boundary="vector"\r\n\r\n--vector\r\n'
      cat "$1"
      printf '\r\n--vector\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n'
      printf 'Content-Transfer-Encoding: binary\r\n\r\n'
      cat "$2"
      printf '\r\n--vector--\r\n'; } >"$3"
}
clear() ( # in out signer options
    in=$1 out=$2 signer=$3
    shift 3
    signed "$in" "$work/sig" "$signer" "$@"
    around "$in" "$work/sig" "$out"
)
sealed() ( # in out options
    in=$1 out=$2
    shift 2
    cms -encrypt -in "$in" -out "$work/sealed" "$@"
    smime enveloped-data "$work/sealed" "$out"
)
eddsa() { PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=../.. python3 -m ua.eddsa "$@"; }

# --- RFC 4134, signed data ------------------------------------------------------------------------
opaque "$work/text" rfc4134-4.1-dss-sha1.mime dsa -md sha1
opaque "$work/text" rfc4134-4.1-dss-sha256.mime dsa -md sha256
opaque "$work/text" rfc4134-4.1-ecdsa-sha256.mime ec -md sha256
opaque "$work/text" rfc4134-4.2-rsa-sha1.mime rsa -md sha1
opaque "$work/text" rfc4134-4.2-rsa-md5.mime rsa -md md5
opaque "$work/text" rfc4134-4.2-rsa-sha256.mime rsa -md sha256
opaque "$work/text" rfc4134-4.2-rsa-1024.mime 1024 -md sha256
opaque "$work/text" rfc4134-4.2-rsa-sha512.mime rsa -md sha512
opaque "$work/text" rfc4134-4.2-rsa-pss.mime rsa -md sha256 -keyopt rsa_padding_mode:pss
signed "$work/text" "$work/cms" ec -md sha256
smime signed-data "$work/cms" rfc4134-4.3-detached-alone.mime
opaque "$work/text" rfc4134-4.4-no-attributes.mime ec -md sha256 -noattr
opaque "$work/text" rfc4134-4.6-two-signers.mime ec -md sha256 -signer alice-rsa.pem \
    -inkey alice-rsa.key
opaque "$work/text" rfc4134-4.6-two-signers-one-dss.mime ec -md sha256 -signer alice-dsa.pem \
    -inkey alice-dsa.key
opaque "$work/text" rfc4134-4.7-key-identifier.mime ec -md sha256 -keyid
clear "$work/text" rfc4134-4.8-multipart-signed.mime rsa -md sha256
sed 's/sample/simple/' rfc4134-4.8-multipart-signed.mime >rfc4134-4.8-altered.mime
signed "$work/text" "$work/cms" rsa -md sha256 -nodetach
{ printf 'Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\n'
  printf 'Content-Transfer-Encoding: base64\r\n\r\n'
  openssl base64 -in "$work/cms" | sed 's/$/\r/'; } >rfc4134-4.9-base64.mime
opaque "$work/text" rfc4134-4.9-no-certificates.mime ec -md sha256 -nocerts
openssl crl2pkcs7 -nocrl -certfile alice-ec.pem -certfile ca.pem -outform DER -out "$work/certs"
smime certs-only "$work/certs" rfc4134-4.11-certificates-only.mime
eddsa "$work/text" alice-ed.pem alice-ed.key >"$work/ed"
smime signed-data "$work/ed" rfc8419-ed25519.mime
eddsa "$work/text" alice-ed.pem alice-ed.key detached >"$work/ed"
around "$work/text" "$work/ed" rfc8419-ed25519-detached.mime
sed 's/sample/simple/' rfc8419-ed25519-detached.mime >rfc8419-ed25519-altered.mime

# --- RFC 4134, enveloped data and the rest --------------------------------------------------------
oaep='-recip gw-rsa.pem -keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha256'
sealed "$work/text" rfc4134-5.1-3des-rsa.mime -des3 -recip gw-rsa.pem
# shellcheck disable=SC2086
sealed "$work/text" rfc4134-5.1-3des-oaep.mime -des3 $oaep
# shellcheck disable=SC2086
sealed "$work/text" rfc4134-5.1-aes-oaep.mime -aes-128-cbc $oaep
sealed "$work/text" rfc4134-5.1-for-bob-1024.mime -aes-128-cbc -recip bob-1024.pem
# shellcheck disable=SC2086
sealed "$work/text" rfc4134-5.2-two-readers.mime -aes-256-cbc -recip bob-1024.pem $oaep
sealed "$work/text" rfc4134-5.2-rc2.mime -provider legacy -provider default -rc2-40 \
    -recip gw-rsa.pem
sealed "$work/text" rfc4134-5.3-ecdh.mime -aes-128-cbc -recip gw-ec.pem -keyopt ecdh_kdf_md:sha256
cms -digest_create -in "$work/text" -md sha256 -out "$work/cms"
smime digested-data "$work/cms" rfc4134-6-digested.mime
cms -EncryptedData_encrypt -in "$work/text" -aes-128-cbc \
    -secretkey 000102030405060708090a0b0c0d0e0f -out "$work/cms"
smime encrypted-data "$work/cms" rfc4134-7-encrypted.mime

# --- RFC 6216: MESSAGE with "Hello!" --------------------------------------------------------------
clear "$work/hello" rfc6216-signed-sha1.mime rsa -md sha1
clear "$work/hello" rfc6216-signed.mime rsa -md sha256
sealed "$work/hello" rfc6216-encrypted-rsa.mime -aes-128-cbc -recip gw-rsa.pem
# shellcheck disable=SC2086
sealed "$work/hello" rfc6216-encrypted.mime -aes-128-cbc $oaep
clear "$work/hello" "$work/inner" rsa -md sha256
# shellcheck disable=SC2086
sealed "$work/inner" rfc6216-signed-encrypted.mime -aes-128-cbc $oaep
clear "$work/hello" "$work/inner" rsa -md sha1
# shellcheck disable=SC2086
sealed "$work/inner" rfc6216-signed-sha1-encrypted.mime -aes-128-cbc $oaep
# shellcheck disable=SC2086
cms -encrypt -in "$work/inner" -out "$work/sealed" -aes-128-gcm $oaep
smime auth-enveloped-data "$work/sealed" rfc6216-signed-sha1-gcm.mime
# The keys that no gateway takes stay, for the tests that say so.
rm -f alice-1024.key alice-dsa.key alice-ec.key alice-rsa.key bob-1024.key
