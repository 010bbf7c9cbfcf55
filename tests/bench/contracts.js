// Measures ajv on the pairs that bench_contracts wrote, and prints all results beside each other.
// node contracts.js PAIRS RESULT; exit status 1 if an aim is missed.
"use strict";
const fs = require("node:fs");
const Ajv = require("ajv");
const Ajv2020 = require("ajv/dist/2020");

const rounds = 400;
const roundTime = 2e6; // ns
const aims = { set: "1 to 4 KB", megabytesPerSecond: 400, millisecondsFor50KB: 5 };

const lines = fs.readFileSync(process.argv[2], "utf8").trimEnd().split("\n").map(line => JSON.parse(line));
const result = JSON.parse(fs.readFileSync(process.argv[3], "utf8"));
const shapes = lines.filter(line => "shape" in line).map(line => line.shape);
const pairs = lines.filter(line => "of" in line);

function compiled(shape) {
  const options = { strict: false, validateFormats: false, logger: false };
  const isOld = typeof shape.$schema === "string" && shape.$schema.includes("draft-07");
  return new (isOld ? Ajv : Ajv2020)(options).compile(shape);
}

const validators = shapes.map(compiled);
const run = i => validators[pairs[i].of](pairs[i].answer);
result.verdicts.ajv = pairs.map((_, i) => (run(i) ? "1" : "0")).join("");

function measured(wanted) {
  let best = Infinity;
  let accepted = 0;
  for (let round = -200; round < rounds; ++round) { // The first rounds are for the compiler.
    const began = process.hrtime.bigint();
    let passes = 0;
    let spent = 0;
    while (spent < roundTime) {
      for (const i of wanted) accepted += run(i) ? 1 : 0;
      ++passes;
      spent = Number(process.hrtime.bigint() - began);
    }
    if (round >= 0) best = Math.min(best, spent / passes);
  }
  if (accepted === 0) throw new Error("ajv accepts nothing");
  return best;
}

const missed = [];
const rate = (bytes, ns) => (bytes / ns) * 1000;
const row = cells => console.log(`| ${cells.join(" | ")} |`);

console.log("Valid answers checked, MB of their compact text in a second on one core:\n");
row(["answers", "number", "mean bytes", "hedgerow", "ajv", "RapidJSON", "× ajv", "× RapidJSON"]);
row(Array(8).fill("---"));
for (const set of result.sets) {
  if (set.pairs.length === 0) throw new Error(`there are no answers in "${set.name}"`);
  const ajv = measured(set.pairs);
  const ours = rate(set.bytes, set.hedgerow_ns);
  const ratios = [ajv / set.hedgerow_ns, set.rapidjson_ns / set.hedgerow_ns];
  row([set.name, set.pairs.length, Math.round(set.bytes / set.pairs.length), ours.toFixed(0),
       rate(set.bytes, ajv).toFixed(0), rate(set.bytes, set.rapidjson_ns).toFixed(0),
       ...ratios.map(x => x.toFixed(2))]);
  if (ratios.some(x => x < 1)) missed.push(`on "${set.name}" another engine is faster`);
  if (set.name === aims.set && ours < aims.megabytesPerSecond)
    missed.push(`"${set.name}" runs at ${ours.toFixed(0)} MB/s, not ${aims.megabytesPerSecond}`);
}

console.log("\nSchemas compiled, parsing included:\n");
row(["schema", "KB", "ms", "ms for 50 KB"]);
row(Array(4).fill("---"));
for (const x of result.compile) {
  const scaled = (x.ms * 50_000) / x.bytes;
  row([x.file, (x.bytes / 1000).toFixed(0), x.ms.toFixed(2), scaled.toFixed(2)]);
  if (scaled >= aims.millisecondsFor50KB) missed.push(`${x.file} compiles too slowly`);
}

for (const other of ["ajv", "rapidjson"]) {
  const differing = pairs.map((_, i) => i).filter(i => result.verdicts[other][i] !== result.verdicts.hedgerow[i]);
  console.log(`\n${other} gives another verdict on ${differing.length} of ${pairs.length} pairs.`);
  for (const i of differing.slice(0, 5)) {
    const said = result.verdicts[other][i] === "1" ? "valid" : "invalid";
    console.log(`  ${other} says ${said}: ${JSON.stringify(pairs[i].answer).slice(0, 100)}` +
                ` by ${JSON.stringify(shapes[pairs[i].of]).slice(0, 100)}`);
  }
}

for (const x of missed) console.error(`missed: ${x}`);
process.exitCode = missed.length === 0 ? 0 : 1;
