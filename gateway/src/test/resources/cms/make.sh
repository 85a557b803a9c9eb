#!/bin/sh
# Makes every file of this folder anew with the openssl command (3.0 or newer): keys and
# certificates for tests only, and the bodies that the tests read. Commit what it makes.
set -eu
cd "$(dirname "$0")"
rm -f ./*.pem ./*.key ./*.der ./*.ber ./*.mime
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# --- certificates ---------------------------------------------------------------------------------
ca() { # name
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" \
        -out "$1.pem" -days 9000 -subj "/CN=$1" -addext basicConstraints=critical,CA:TRUE \
        -addext keyUsage=critical,keyCertSign,cRLSign 2>/dev/null
}
leaf() { # name ca "key options" SAN extendedKeyUsage keyUsage
    # shellcheck disable=SC2086
    openssl req -newkey $3 -nodes -keyout "$1.key" -out "$work/$1.csr" -subj "/CN=$1" 2>/dev/null
    printf 'subjectAltName=%s\nextendedKeyUsage=%s\nkeyUsage=%s\nsubjectKeyIdentifier=hash\n' \
        "$4" "$5" "$6" >"$work/$1.ext"
    openssl x509 -req -in "$work/$1.csr" -CA "$2.pem" -CAkey "$2.key" -days 8999 \
        -extfile "$work/$1.ext" -out "$1.pem" 2>/dev/null
}
P256="ec -pkeyopt ec_paramgen_curve:P-256"
P384="ec -pkeyopt ec_paramgen_curve:P-384"
RSA="rsa:2048"
ca ca
ca stranger-ca
leaf gw-ec ca "$P256" DNS:gw.example.com emailProtection digitalSignature,keyAgreement
leaf gw-p384 ca "$P384" DNS:gw.example.com emailProtection digitalSignature,keyAgreement
leaf gw-rsa ca "$RSA" DNS:gw.example.com emailProtection keyEncipherment
leaf bob-ec ca "$P256" URI:sip:bob@biloxi.example.com emailProtection digitalSignature,keyAgreement
leaf bob-rsa ca "$RSA" URI:sip:bob@biloxi.example.com emailProtection keyEncipherment
leaf alice-ec ca "$P256" URI:sip:alice@atlanta.example.com emailProtection digitalSignature
leaf alice-rsa ca "$RSA" URI:sip:alice@atlanta.example.com emailProtection digitalSignature
leaf alice-stranger stranger-ca "$P256" URI:sip:alice@atlanta.example.com emailProtection digitalSignature
leaf alice-tls ca "$P256" URI:sip:alice@atlanta.example.com serverAuth digitalSignature

# --- what is inside -------------------------------------------------------------------------------
printf 'v=0\r\no=alice 1 1 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n' \
    >"$work/sdp"
{ printf 'Content-Type: application/sdp\r\nContent-ID: <sdp@atlanta.example.com>\r\n\r\n'; cat "$work/sdp"; } >sdp.mime

encrypt() { # in out cipher "options" readers...
    in=$1 out=$2 cipher=$3 options=$4
    shift 4
    # shellcheck disable=SC2086
    openssl cms -encrypt -binary -in "$in" -outform DER -out "$out" "-$cipher" $options "$@"
}
oaep() { printf -- '-recip %s.pem -keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha256 ' "$1"; }
kari() { printf -- '-recip %s.pem -keyopt ecdh_kdf_md:sha256 ' "$1"; }
sign() { # in out signer "options"
    # shellcheck disable=SC2086
    openssl cms -sign -binary -md sha256 -in "$1" -outform DER -out "$2" -signer "$3.pem" \
        -inkey "$3.key" $4
}
smime() { # smime-type cms-file out
    { printf 'Content-Type: application/pkcs7-mime;smime-type=%s;name=smime.p7m\r\n' "$1"
      printf 'Content-Transfer-Encoding: binary\r\n\r\n'
      cat "$2"; } >"$3"
}
clear_signed() { # entity signer out
    sign "$1" "$work/detached" "$2" ""
    { printf 'Content-Type: multipart/signed;protocol="application/pkcs7-signature";micalg=sha-256;boundary=b1\r\n\r\n'
      printf -- '--b1\r\n'; cat "$1"
      printf -- '\r\n--b1\r\nContent-Type: application/pkcs7-signature;name=smime.p7s\r\n'
      printf 'Content-Transfer-Encoding: binary\r\n\r\n'; cat "$work/detached"
      printf -- '\r\n--b1--\r\n'; } >"$3"
}

# N1: shared SDP, for every kind of recipient.
encrypt sdp.mime n1-ec.der aes-128-cbc "$(kari gw-ec) $(kari bob-ec)"
encrypt sdp.mime n1-ec-default-kdf.der aes-256-cbc "-recip bob-ec.pem -recip gw-ec.pem"
encrypt sdp.mime n1-ec-keyid.der aes-128-cbc "-keyid $(kari gw-ec)"
encrypt sdp.mime n1-ec-stream.ber aes-256-cbc "-stream $(kari gw-ec) $(kari bob-ec)"
encrypt sdp.mime n1-p384.der aes-256-cbc "$(kari bob-ec) $(kari gw-p384)"
encrypt sdp.mime n1-rsa.der aes-128-cbc "$(oaep bob-rsa) $(oaep gw-rsa)"
encrypt sdp.mime n1-rsa-keyid.der aes-256-cbc "-keyid $(oaep gw-rsa)"
encrypt sdp.mime n1-rsa-pkcs15.der aes-128-cbc "-recip gw-rsa.pem"
encrypt sdp.mime n1-mixed.der aes-192-cbc "$(oaep bob-rsa) $(kari gw-ec)"
encrypt sdp.mime n1-bob-only.der aes-128-cbc "$(kari bob-ec)"
encrypt sdp.mime n1-gcm-ec.der aes-128-gcm "$(kari gw-ec) $(kari bob-ec)"
encrypt sdp.mime n1-gcm-rsa.der aes-256-gcm "$(oaep gw-rsa)"
encrypt sdp.mime n1-3des.der des-ede3-cbc "$(kari gw-ec)"

# N2, N3, N11: signed, then encrypted. N6: encrypted, then signed.
clear_signed sdp.mime alice-ec "$work/n2"
encrypt "$work/n2" n2.der aes-128-cbc "$(kari gw-ec) $(kari bob-ec)"
cp "$work/n2" clear-signed.mime
for signer in alice-ec alice-rsa alice-stranger alice-tls; do
    sign sdp.mime "$work/opaque" "$signer" -nodetach
    smime signed-data "$work/opaque" "$work/signed.mime"
    encrypt "$work/signed.mime" "n3-$signer.der" aes-128-cbc "$(kari gw-ec) $(kari bob-ec)"
    encrypt "$work/signed.mime" "n11-$signer.der" aes-256-gcm "$(kari gw-ec) $(kari bob-ec)"
done
sign sdp.mime signed-sha1.der alice-ec "-nodetach -md sha1"
sign sdp.mime signed-nocerts.der alice-ec "-nodetach -nocerts"
sign sdp.mime signed-stream.ber alice-ec "-nodetach -stream"
sign sdp.mime signed-twice.der alice-ec "-nodetach -signer alice-rsa.pem -inkey alice-rsa.key"
smime enveloped-data n1-gcm-ec.der "$work/sealed.mime"
clear_signed "$work/sealed.mime" alice-ec n6.mime

# N7: two parts inside. N13: sealed for somebody else outside.
{ printf 'Content-Type: multipart/mixed;boundary=in\r\n\r\n--in\r\n'; cat sdp.mime
  printf -- '\r\n--in\r\nContent-Type: application/pidf+xml\r\n\r\n<presence/>\r\n--in--\r\n'; } >"$work/n7"
encrypt "$work/n7" n7.der aes-128-cbc "$(kari gw-ec) $(kari bob-ec)"
encrypt "$work/sealed.mime" n13.der aes-128-cbc "$(kari bob-ec)"
# As the command writes multipart/signed by itself, and with its line ends changed afterwards.
openssl cms -sign -crlfeol -md sha256 -in sdp.mime -signer alice-ec.pem -inkey alice-ec.key \
    -out openssl-crlf.mime
tr -d '\r' <openssl-crlf.mime >openssl-lf.mime
rm -f ca.key stranger-ca.key bob-rsa.key alice-stranger.key alice-tls.key
