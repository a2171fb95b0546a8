# What Foxtail needs on Debian 12, and how it is installed. Sourced by ./run, ./test and ./bench.
# shellcheck shell=bash

foxtail_build_packages=(
  g++ cmake ninja-build ccache pkg-config git ca-certificates
  libboost1.81-dev libexpected-dev libfmt-dev libsodium-dev libsqlite3-dev libzstd-dev liblua5.4-dev
  libcli11-dev coinor-libclp-dev coinor-libcbc-dev libyaml-cpp-dev libssl-dev libseccomp-dev libmosquitto-dev libhowardhinnant-date-dev libical-dev tzdata
)
foxtail_test_packages=(
  libgtest-dev libgmock-dev libbenchmark-dev lld clang-14 libclang-rt-14-dev clang-format-14 clang-tidy-14
  mosquitto mosquitto-clients prometheus radicale chromium python3 python3-cryptography sqlite3 strace coinor-cbc coinor-clp glpk-utils
)
foxtail_bench_packages=(libbenchmark-dev libgtest-dev libgmock-dev mosquitto mosquitto-clients python3)

foxtail_say() { printf 'foxtail: %s\n' "$*" >&2; }

# Installs those of the given packages that are missing; asks nothing, and does nothing the second time.
foxtail_install() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  local as_root=()
  if [[ $(id -u) -ne 0 ]]; then
    command -v sudo >/dev/null || { foxtail_say "needs root (or sudo) once, to install: ${missing[*]}"; return 1; }
    as_root=(sudo)
  fi
  foxtail_say "installing ${missing[*]}"
  # A package's service must not start by itself: tests start their own on ports of their own.
  local policy=/usr/sbin/policy-rc.d made=0
  if [[ ! -e $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null && "${as_root[@]}" chmod 755 "$policy" && made=1
  fi
  local done=0
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq >&2 &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2 || done=1
  ((made)) && "${as_root[@]}" rm -f "$policy"
  return $done
}

# Node.js 18 or newer and npm: Debian's own where the machine has none.
foxtail_node() {
  if command -v node >/dev/null && command -v npm >/dev/null && (($(node -p 'process.versions.node.split(".")[0]') >= 18)); then
    return 0
  fi
  foxtail_install nodejs npm
}

# npm ci in a folder, unless its lock file is the one installed already.
foxtail_npm() {
  local folder=$1 stamp=$1/node_modules/.foxtail-lock
  if ! cmp -s "$folder/package-lock.json" "$stamp"; then
    foxtail_say "installing the npm packages of $folder"
    (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2) || return 1
    cp "$folder/package-lock.json" "$stamp"
  fi
}

# The page, built into web/dist.
foxtail_page() {
  foxtail_node && foxtail_npm web && (cd web && npm run --silent build >&2)
}

# The programs of others that tests and benchmarks talk to. Some of them ask for Node.js 20, which Debian 12 has not: it comes
# from npm then, pinned as they are, and is put before Debian's own for who runs them.
foxtail_peers() {
  foxtail_node || return 1
  if (($(node -p 'process.versions.node.split(".")[0]') < 20)); then
    foxtail_npm tests/peers/node || return 1
    local newer
    newer=$(compgen -G "$PWD/tests/peers/node/node_modules/node-linux-*/bin" | head -n 1)
    [[ -n $newer ]] || { foxtail_say "the peers need Node.js 20; npm has none for $(uname -m)"; return 1; }
    PATH=$newer:$PATH
  fi
  foxtail_npm tests/peers
}
