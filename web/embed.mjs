// Turns dist/ into one C++ source: node embed.mjs dist out.cpp
// The bytes are those of the .gz files, as string literals in octal: compilers read these many times faster than
// arrays of numbers. The declarations stand in foxtail/api/assets.hpp.

import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [dist, out] = process.argv.slice(2);
if (!dist || !out) {
  console.error("usage: node embed.mjs DIST OUT.cpp");
  process.exit(2);
}

const content_types = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
  webmanifest: "application/manifest+json",
};
const bytes_per_line = 4096;

function content_type(name) {
  const type = content_types[name.slice(name.lastIndexOf(".") + 1)];
  if (!type) throw new Error(`${name}: no content type known for it; add one to embed.mjs`);
  return type;
}

/** A C++ string literal: plain characters as they are, everything else as three octal digits. */
function literal(bytes) {
  const lines = [];
  for (let at = 0; at < bytes.length; at += bytes_per_line) {
    let line = "";
    for (const byte of bytes.subarray(at, at + bytes_per_line)) {
      const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c && byte !== 0x3f;
      line += plain ? String.fromCharCode(byte) : "\\" + byte.toString(8).padStart(3, "0");
    }
    lines.push(`    "${line}"`);
  }
  return lines.join("\n");
}

const names = readdirSync(dist)
  .filter((name) => name.endsWith(".gz"))
  .map((name) => name.slice(0, -3))
  .sort();
if (!names.includes("index.html")) {
  console.error(`${dist}: no index.html.gz; run "npm run build" first`);
  process.exit(1);
}

const assets = names.map((name) => {
  const gzip = readFileSync(join(dist, name + ".gz"));
  return {
    path: name === "index.html" ? "/" : "/" + name,
    type: content_type(name),
    gzip,
    etag: createHash("sha256").update(gzip).digest("hex").slice(0, 20),
    immutable: /-[A-Z0-9]{8}\.\w+$/.test(name),
  };
});

const source = `// Made by web/embed.mjs from the page's build; not to be edited.
#include "foxtail/api/assets.hpp"

#include <array>

namespace foxtail::api {
namespace {

using namespace std::string_view_literals;

// 65,536 characters is what every compiler has to take; those this is built with take more.
#pragma GCC diagnostic ignored "-Woverlength-strings"
// clang-format off
constexpr std::array<Asset, ${assets.length}> all{{
${assets
  .map(
    (one) => `  {"${one.path}"sv, "${one.type}"sv, std::string_view{
${literal(one.gzip)},
    ${one.gzip.length}}, "\\"${one.etag}\\""sv, ${one.immutable}},`,
  )
  .join("\n")}
}};
// clang-format on

}  // namespace

std::span<const Asset> assets() {
    return all;
}

}  // namespace foxtail::api
`;

writeFileSync(out, source, "latin1");
const total = assets.reduce((sum, one) => sum + one.gzip.length, 0);
console.log(`${out}: ${assets.length} files, ${total} bytes`);
