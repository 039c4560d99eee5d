#!/bin/sh
# What others than Talos make: keys and authorities of no cluster. Run in this folder; openssl 3.
set -eu
authority() { # NAME, openssl's words for the key
    name=$1
    shift
    openssl genpkey "$@" -out "$name.key"
    openssl req -x509 -new -key "$name.key" -subj "/CN=$name" -days 36500 -out "$name.crt" \
        -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
}
authority rsa -algorithm RSA -pkeyopt rsa_keygen_bits:2048
authority p256 -algorithm EC -pkeyopt ec_paramgen_curve:P-256
authority p384 -algorithm EC -pkeyopt ec_paramgen_curve:P-384
authority ed25519 -algorithm ED25519
authority secp256k1 -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1
openssl rsa -in rsa.key -traditional -out rsa-pkcs1.key
openssl ec -in p384.key -out p384-sec1.key
openssl genrsa -traditional -out rsa-1024.key 1024
openssl pkcs8 -topk8 -in p256.key -passout pass:throwaway -out encrypted.key
openssl req -x509 -new -key p256.key -subj /CN=leaf -days 36500 -out leaf.crt \
    -addext basicConstraints=critical,CA:FALSE
openssl req -new -key p256.key -subj /CN=request -out request.csr
