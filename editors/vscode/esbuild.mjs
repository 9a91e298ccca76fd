// Makes out/extension.js, the one file that VS Code loads, of src/.
import { build } from "esbuild";

const isProduction = process.argv.includes("--production");

await build({
  entryPoints: ["src/extension.ts"],
  outfile: "out/extension.js",
  bundle: true,
  format: "cjs",
  platform: "node",
  target: "node20",
  external: ["vscode"],
  minify: isProduction,
  sourcemap: !isProduction,
  legalComments: "eof",
  logLevel: "warning",
});
