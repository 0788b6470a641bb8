// Adds to package-lock.json the optional packages of other platforms that the registry used for `npm install` did not
// hold, so that `npm ci` (which wants every optional package named) works there and elsewhere. Run after `npm install`.
import fs from "node:fs";

const lock = JSON.parse(fs.readFileSync("package-lock.json", "utf8"));
const packages = lock.packages;
let added = 0;
for (const [where, entry] of Object.entries(packages)) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    if (packages[`${where}/node_modules/${name}`] || packages[`node_modules/${name}`]) continue;
    const platform = name.match(/(android|darwin|freebsd|openharmony|linux|win32|windows)-?(.*)/);
    if (!platform) continue;
    const cpu = platform[2].split("-")[0];
    packages[`node_modules/${name}`] = {
      version: range.replace(/^[\^~]/, ""),
      cpu: [cpu === "64" ? "x64" : cpu],
      optional: true,
      os: [platform[1] === "windows" ? "win32" : platform[1]],
    };
    added++;
  }
}
lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
fs.writeFileSync("package-lock.json", `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} entries added`);
