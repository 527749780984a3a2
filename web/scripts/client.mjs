// Writes the types of the HTTP interface from what the Python code declares; nothing else keeps them.
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const web = dirname(dirname(fileURLToPath(import.meta.url)));
const own = join(web, "..", ".venv", "bin", "huitong");
const command = process.env.HUITONG ?? (existsSync(own) ? own : "huitong");
const document = execFileSync(command, ["openapi"], { maxBuffer: 64 << 20, encoding: "utf-8" });
const types = await openapiTS(JSON.parse(document), { alphabetize: true });
writeFileSync(join(web, "src/shared/api/schema.d.ts"), astToString(types));
