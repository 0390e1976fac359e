// Bundles the elements and the styles into dist/: names that carry a hash of their content, a manifest that maps
// the plain names to these, and a .gz beside each text file, so that the server compresses nothing itself.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { constants, gzipSync } from "node:zlib";

const here = fileURLToPath(new URL(".", import.meta.url));
const dist = join(here, "dist");
const fonts = join(here, "node_modules/@fontsource-variable/commissioner/files");

const manifest = {};

/** Writes one file under its hashed name, and its compressed twin when it is text. */
function emit(name, bytes) {
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 8);
  const extension = extname(name);
  const hashed = `${basename(name, extension)}-${hash}${extension}`;
  writeFileSync(join(dist, hashed), bytes);
  if ([".js", ".css", ".svg"].includes(extension)) {
    writeFileSync(join(dist, `${hashed}.gz`), gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION }));
  }
  manifest[name] = hashed;
  return hashed;
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

for (const script of ["greek", "latin", "latin-ext"]) {
  const file = join(fonts, `commissioner-${script}-wght-normal.woff2`);
  emit(`commissioner-${script}.woff2`, readFileSync(file));
}

const shared = { bundle: true, minify: true, write: false, legalComments: "none", logLevel: "warning" };

const styles = await build({
  ...shared,
  entryPoints: [join(here, "css/main.css")],
  external: ["*.woff2"],
  target: ["chrome111", "firefox113", "safari16.4"],
});
let css = styles.outputFiles[0].text;
for (const [name, hashed] of Object.entries(manifest)) css = css.replaceAll(`./${name}`, `./${hashed}`);
emit("main.css", Buffer.from(css));

for (const entry of ["chat", "main", "player", "screen", "studio"]) {
  const script = await build({
    ...shared,
    entryPoints: [join(here, `src/${entry}.ts`)],
    format: "esm",
    target: ["chrome111", "firefox113", "safari16.4"],
  });
  emit(`${entry}.js`, script.outputFiles[0].contents);
}

writeFileSync(join(dist, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
for (const [name, hashed] of Object.entries(manifest)) {
  const file = readFileSync(join(dist, hashed));
  const gz = existsSync(join(dist, `${hashed}.gz`)) ? `, ${readFileSync(join(dist, `${hashed}.gz`)).length} gzipped` : "";
  console.log(`${name.padEnd(24)} ${file.length}${gz}`);
}
