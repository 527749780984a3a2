// Holds the texts: both languages say the same keys with the same places, no Chinese is left in
// English, every key that the code asks for is there, and no text stands in the code itself.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const web = dirname(dirname(fileURLToPath(import.meta.url)));
const LANGUAGES = ["zh-CN", "en-US"];
const HAN = /[\u3400-\u9fff\uff00-\uffef\u3001-\u301f]/u;
// In English a refusal says the server's own sentence; tests/tidy holds that Chinese has all of them.
const CHINESE_ONLY = new Set(["refusals"]);
const breaches = [];

function* files(folder) {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* files(path);
    else yield path;
  }
}

function flat(tree, prefix = "") {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string" ? [[prefix + key, value]] : flat(value, `${prefix}${key}.`),
  );
}

const singular = (key) => key.replace(/_(zero|one|two|few|many|other)$/, "");
const places = (text) => [...text.matchAll(/{{\s*(\w+)[^}]*}}/g)].map((found) => found[1]).sort().join();

const texts = {};
for (const language of LANGUAGES) {
  for (const path of files(join(web, "src/locales", language))) {
    const space = path.match(/([\w-]+)\.json$/)?.[1];
    if (space === undefined) continue;
    (texts[space] ??= {})[language] = new Map(flat(JSON.parse(readFileSync(path, "utf-8"))));
  }
}

for (const [space, sides] of Object.entries(texts)) {
  const [chinese, english] = LANGUAGES.map((language) => sides[language] ?? new Map());
  const known = { chinese: new Set([...chinese.keys()].map(singular)), english: new Set([...english.keys()].map(singular)) };
  if (!CHINESE_ONLY.has(space))
    for (const key of known.chinese) if (!known.english.has(key)) breaches.push(`${space}:${key} has no English text`);
  for (const key of known.english) if (!known.chinese.has(key)) breaches.push(`${space}:${key} has no Chinese text`);
  for (const [key, text] of english) {
    if (HAN.test(text)) breaches.push(`${space}:${key} has Chinese in its English text`);
    const other = chinese.get(key) ?? chinese.get(`${singular(key)}_other`) ?? chinese.get(singular(key));
    if (other !== undefined && places(other) !== places(text) && !/_(zero|one)$/.test(key))
      breaches.push(`${space}:${key} fills other places in the two languages`);
  }
}

const asked = new Set();
for (const path of files(join(web, "src"))) {
  if (!/\.tsx?$/.test(path) || /\.(test|d)\.tsx?$/.test(path)) continue;
  const name = relative(web, path);
  const code = readFileSync(path, "utf-8").replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
  code.split("\n").forEach((line, index) => {
    if (HAN.test(line)) breaches.push(`${name}:${index + 1} has a Chinese text in the code`);
  });
  const space = code.match(/useTranslation\(\s*"([\w-]+)"/)?.[1];
  for (const found of code.matchAll(/\bt\(\s*"([\w.:-]+)"/g)) {
    const [, key] = found;
    const [from, rest] = key.includes(":") ? key.split(":") : [space, key];
    asked.add(`${from}:${rest}`);
    if (from === undefined) breaches.push(`${name}: t("${key}") does not say its namespace`);
    else if (![...(texts[from]?.["zh-CN"]?.keys() ?? [])].some((one) => one === rest || singular(one) === rest))
      breaches.push(`${name}: ${from}:${rest} is asked for and not there`);
  }
}

if (breaches.length) {
  process.stderr.write(`${breaches.join("\n")}\n${breaches.length} breaches of the rules on texts.\n`);
  process.exit(1);
}
