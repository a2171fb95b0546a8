#!/usr/bin/env bash
# clang_tidy.sh BUILD: clang-tidy with the repository's checks on what reads bytes that others made, and on the fold that everything rests on.
# The rest is left to the compilers' warnings and the sanitizers: all files would take the better part of an hour. BUILD is a configured
# build folder of clang's (build/fuzz), which knows how files are compiled.
set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.." || exit 1
build=${1:?usage: clang_tidy.sh BUILD}
files=(
  base/time base/utf8 model/value twin/twin
  connectors/mqtt/codec_decode connectors/mqtt/topic connectors/ocpp/frame
  journal/canonical journal/note journal/checkpoint journal/leaf journal/attestation
  store/sqlite/column store/sqlite/segment_read
)

# A check that finds nothing anywhere would pass, too: here it has to.
probe=$(mktemp -d) || exit 1
trap 'rm -rf "$probe"' EXIT
printf '#include <string>\n#include <utility>\nstd::size_t lost(std::string text) {\n  std::string other = std::move(text);\n  return other.size() + text.size();\n}\n' >"$probe/probe.cpp"
found=$(clang-tidy-14 --quiet --config-file=.clang-tidy "$probe/probe.cpp" -- -std=c++20 2>/dev/null)
if [[ $found != *use-after-move* ]]; then
  echo "clang-tidy does not find a use after a move: .clang-tidy checks nothing" >&2
  exit 1
fi

printf 'src/foxtail/%s.cpp\n' "${files[@]}" | xargs -P "$(nproc)" -n 1 clang-tidy-14 -p "$build" --quiet
