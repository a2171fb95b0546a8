// npm's HiGHS on LP files: one objective a line, in the order of the arguments.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [modules, ...files] = process.argv.slice(2);
const require = createRequire(pathToFileURL(modules + "/x.js"));
const highs = await require("highs")();
for (const file of files) {
  const answer = highs.solve(readFileSync(file, "utf8"), { mip_rel_gap: 1e-9, mip_abs_gap: 1e-7, output_flag: false });
  console.log(JSON.stringify({ file, status: answer.Status, objective: answer.ObjectiveValue }));
}
