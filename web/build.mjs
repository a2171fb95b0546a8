// Builds the page into dist/: index.html, hashed script and style, manifest, icon, and a .gz beside each.
// Same sources, same bytes: hashes come from the content, gzip headers carry no time.

import { build } from "esbuild";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, process.argv[2] ?? "dist");
const size_max = 100_000; // bytes of all files, gzipped

/** The other languages have the English keys in the English order: told once, they need not be sent again. */
const keys_once = {
  name: "keys-once",
  setup(builder) {
    const table = async (name) => {
      const { outputFiles } = await build({ entryPoints: [join(here, `src/words/${name}.ts`)], bundle: true, write: false, format: "esm" });
      return (await import("data:text/javascript;base64," + Buffer.from(outputFiles[0].contents).toString("base64")))[name];
    };
    builder.onLoad({ filter: /src[\\/]words[\\/]de\.ts$/ }, async ({ path }) => {
      const [en, de] = [await table("en"), await table("de")];
      const said = Object.keys(en).map((key) => de[key]);
      const contents = `import { en } from "./en"; const said = ${JSON.stringify(said)}; export const de = Object.fromEntries(Object.keys(en).map((key, index) => [key, said[index]]));`;
      return { contents, resolveDir: dirname(path), loader: "js", watchFiles: [path] };
    });
  },
};

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const result = await build({
  entryPoints: { app: join(here, "src/main.tsx") },
  absWorkingDir: here,
  outdir: out,
  bundle: true,
  splitting: true,
  format: "esm",
  target: ["es2021", "chrome100", "firefox100", "safari15.4"],
  jsx: "automatic",
  jsxImportSource: "preact",
  minify: true,
  legalComments: "none",
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  plugins: [keys_once],
  metafile: true,
  logLevel: "warning",
});

const names = Object.keys(result.metafile.outputs).map((path) => basename(path));
const entry = Object.entries(result.metafile.outputs).find(([, output]) => output.entryPoint === "src/main.tsx");
const script = basename(entry[0]);
const style = entry[1].cssBundle ? basename(entry[1].cssBundle) : names.find((name) => /^app-.*\.css$/.test(name));

const index = readFileSync(join(here, "static/index.html"), "utf8").replace("%CSS%", style).replace("%JS%", script);
writeFileSync(join(out, "index.html"), index);
for (const name of ["manifest.webmanifest", "icon.svg"]) {
  writeFileSync(join(out, name), readFileSync(join(here, "static", name)));
}

let total = 0;
for (const name of readdirSync(out).sort()) {
  const packed = gzipSync(readFileSync(join(out, name)), { level: 9 });
  writeFileSync(join(out, name + ".gz"), packed);
  total += packed.length;
  console.log(`${String(packed.length).padStart(7)}  ${name}`);
}
console.log(`${String(total).padStart(7)}  all, gzipped`);
if (total > size_max) {
  console.error(`the page is ${total} bytes gzipped, limit ${size_max}: leave something out or load it later`);
  process.exit(1);
}
