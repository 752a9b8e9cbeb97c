#!/usr/bin/env bash
# Gives the build an OpenSSL >= 3.5 and prints, as its last line, the folder to use as OPENSSL_ROOT_DIR ("system" when the
# system's own will do).
#
# Why not simply the system's: Debian 12 has 3.0, which knows neither ML-DSA, ML-KEM nor X25519MLKEM768 and is two to four
# times slower where it counts. The source comes from a newer Debian suite, through apt with its own lists folder (so that
# nothing on the system is upgraded) and with apt's signature check, and is built once, static, outside the build folder.
set -euo pipefail

prefix=${KAGIMORI_DEPS:-${XDG_CACHE_HOME:-$HOME/.cache}/kagimori/deps}/openssl
min=3.5
say() { printf 'openssl: %s\n' "$*" >&2; }

if [ "${KAGIMORI_SYSTEM_OPENSSL:-1}" = 1 ] && pkg-config --atleast-version=$min libcrypto 2>/dev/null; then
  say "the system's $(pkg-config --modversion libcrypto) is new enough"
  echo system
  exit 0
fi
stamp=$(sha256sum "$0" | cut -d' ' -f1) # other flags, other build
if [ "$(head -n 1 "$prefix/.complete" 2>/dev/null)" = "$stamp" ]; then
  echo "$prefix"
  exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mirror=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/debian.sources 2>/dev/null | head -n 1)
[ -n "$mirror" ] || mirror=$(sed -nE 's/^deb(-src)? +(\[[^]]*\] +)?([^ ]+) .*/\3/p' /etc/apt/sources.list 2>/dev/null | head -n 1)
[ -n "$mirror" ] || { say "found no configured Debian mirror in /etc/apt"; exit 1; }

mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/src"
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
for suite in trixie sid; do
  echo "deb-src [signed-by=$keyring] $mirror $suite main" >>"$work/sources.list"
done
apt_options=(-o "Dir::Etc::sourcelist=$work/sources.list" -o "Dir::Etc::sourceparts=/nonexistent" -o "Dir::State::Lists=$work/lists"
  -o "Dir::Cache=$work/cache" -o "APT::Sandbox::User=root" -o "Acquire::Languages=none")
say "reading the source lists of newer Debian suites (the system's own stay as they are)"
apt-get "${apt_options[@]}" update -qq >&2 || say "some lists could not be read; going on with the others"

# Newest 3.5 (a long-term release) first, then anything newer; a listed version may be gone from the mirror.
versions=$(apt-cache "${apt_options[@]}" showsrc openssl 2>/dev/null | sed -n 's/^Version: //p' | sort -Vru)
versions=$( (grep '^3\.5\.' <<<"$versions"; grep -v '^3\.5\.' <<<"$versions") || true)
cd "$work/src"
got=
for version in $versions; do
  dpkg --compare-versions "$version" ge $min || continue
  say "downloading the source of $version"
  if apt-get "${apt_options[@]}" source -qq --download-only "openssl=$version" >&2; then
    got=$version
    break
  fi
  say "$version cannot be downloaded; trying the next"
  rm -f ./*
done
[ -n "$got" ] || { say "no source of OpenSSL >= $min could be downloaded"; exit 1; }

dpkg-source --no-check -x ./*.dsc "$work/openssl" >&2 # apt checked the hashes against the signed list
cd "$work/openssl"
say "building $got (static, once; about two minutes on two cores)"
# nodtls, no-ssl3 and the rest: nothing that Kagimori does not use is built, so nothing unused can be attacked.
./Configure linux-"$(uname -m)" --prefix="$prefix" --libdir=lib --openssldir=/etc/ssl no-shared no-tests no-apps no-docs no-legacy no-engine \
  no-module no-dso no-comp no-ssl3 no-dtls no-srp no-psk no-idea no-seed no-camellia no-aria no-bf no-cast no-des no-rc2 no-rc4 \
  no-md4 no-mdc2 no-rmd160 no-whirlpool no-gost no-siphash no-sctp no-ct no-cms no-ts no-cmp no-quic no-slh-dsa \
  enable-ec_nistp_64_gcc_128 -fPIC >"$work/configure.log" 2>&1 || { cat "$work/configure.log" >&2; exit 1; }
make -j"$(nproc)" >"$work/make.log" 2>&1 || { tail -n 40 "$work/make.log" >&2; exit 1; }
rm -rf "$prefix"
make install_sw >"$work/install.log" 2>&1 || { tail -n 40 "$work/install.log" >&2; exit 1; }
printf '%s\n%s\n' "$stamp" "$got" >"$prefix/.complete"
say "built $got in $prefix"
echo "$prefix"
