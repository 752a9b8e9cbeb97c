# What `dev` installs, as functions; sourced, never run. Everything is for Debian 12, is done once, and says so in one line.
#
# A step that fails is never hidden: its whole output goes to stderr. `need` steps end the verb; `may` steps (clang, for the
# checks that nobody needs to run Kagimori) answer false, and the verb says what it skips.

readonly BUILD_PACKAGES=(g++ cmake ninja-build ccache pkg-config dpkg-dev make ca-certificates python3 python3-venv
  libboost1.81-dev librocksdb-dev libsimdjson-dev libspdlog-dev libfmt-dev libcli11-dev libtomlplusplus-dev
  prometheus-cpp-dev libpugixml-dev libzstd-dev libgfshare-dev libsodium-dev libbenchmark-dev libprotobuf-dev protobuf-compiler libsecp256k1-dev
  libseccomp-dev libcbor-dev libre2-dev valgrind
  libgtest-dev libgmock-dev)
readonly CLANG_PACKAGES=(clang-19 clang-tidy-19 clang-format-19 libclang-rt-19-dev)

# Where everything lives that is made once and outlives a build folder (the same rule as in openssl.sh).
readonly DEPS=${KAGIMORI_DEPS:-${XDG_CACHE_HOME:-$HOME/.cache}/kagimori/deps}

note() { printf 'setup: %s\n' "$*" >&2; }

# retry COMMAND...: up to three times, every failure shown.
retry() {
  local try
  for try in 1 2 3; do
    "$@" && return 0
    note "failed (try $try of 3): $*"
    [ "$try" = 3 ] || sleep $((try * 5))
  done
  return 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    env DEBIAN_FRONTEND=noninteractive "$@"
  elif command -v sudo >/dev/null; then
    sudo DEBIAN_FRONTEND=noninteractive "$@"
  else
    note "needs root, and there is no sudo; run as root: $*"
    return 1
  fi
}

# missing_packages PACKAGE...: those that are not installed, one a line.
missing_packages() {
  local package installed
  # dpkg-query fails when it does not know one of them; under `set -e` that must not end the list.
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p' || true)
  for package in "$@"; do
    grep -qxF "$package" <<<"$installed" || echo "$package"
  done
}

# install_packages PACKAGE...: reads the package lists only when something is missing.
install_packages() {
  local missing log
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || { note "this is no Debian; install by hand: ${missing[*]}"; return 1; }
  note "installing ${missing[*]}"
  log=$(mktemp)
  if retry as_root apt-get update -qq >"$log" 2>&1 &&
    retry as_root apt-get install -y -qq --no-install-recommends "${missing[@]}" >>"$log" 2>&1; then
    rm -f "$log"
    return 0
  fi
  cat "$log" >&2
  rm -f "$log"
  note "could not install: ${missing[*]}"
  return 1
}

need_build_tools() { install_packages "${BUILD_PACKAGES[@]}"; }
may_clang() { install_packages "${CLANG_PACKAGES[@]}"; }

# Prints the folder of OpenSSL >= 3.5, or "system".
openssl_root() {
  local out
  out=$(bash "$ROOT/tools/setup/openssl.sh") || { note "no OpenSSL >= 3.5"; return 1; }
  tail -n 1 <<<"$out"
}

# Prints the folder of a Python environment with exactly tests/requirements.txt.
python_venv() {
  local venv=$DEPS/venv requirements=$ROOT/tests/requirements.txt stamp
  stamp=$({ cat "$requirements"; python3 --version; } | sha256sum | cut -d' ' -f1)
  if [ "$(cat "$venv/.complete" 2>/dev/null)" != "$stamp" ]; then
    note "making the Python environment of the tests in $venv"
    rm -rf "$venv"
    python3 -m venv "$venv" >&2 || return 1
    retry "$venv/bin/python" -m pip install -q --disable-pip-version-check --no-deps -r "$requirements" >&2 || return 1
    "$venv/bin/python" -m pip check --disable-pip-version-check >&2 || return 1
    echo "$stamp" >"$venv/.complete"
  fi
  echo "$venv"
}
