import { readFileSync } from "node:fs";
import { diffCatalogs, planDiff } from "../../packages/schema/dist/index.js";
const cats = JSON.parse(readFileSync("/tmp/zz-catalogs.json", "utf8"));
for (let i = 0; i < 3; i++) { const c = process.cpuUsage(), t = performance.now(); const r = diffCatalogs(cats.before, cats.later); console.log("diff", r.statements.length, Math.round(performance.now() - t), "cpu", Math.round(process.cpuUsage(c).user / 1000)); }
for (let i = 0; i < 2; i++) { const c = process.cpuUsage(), t = performance.now(); const r = await planDiff(cats.before, cats.later); console.log("plan", r.statements.length, Math.round(performance.now() - t), "cpu", Math.round(process.cpuUsage(c).user / 1000)); }
