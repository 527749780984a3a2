// What TypeScript's compiler does not say; the house rules on texts are in scripts/check-texts.mjs.
import hooks from "eslint-plugin-react-hooks";
import typescript from "typescript-eslint";

const upwards = (patterns, message) => ({
  "no-restricted-imports": ["error", { patterns: [{ group: patterns, message }] }],
});

export default typescript.config(
  { ignores: ["node_modules", "src/shared/api/schema.d.ts", "scripts"] },
  ...typescript.configs.strict,
  {
    files: ["src/**/*.{ts,tsx}"],
    plugins: { "react-hooks": hooks },
    rules: {
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      "max-lines": ["error", { max: 250 }],
      "no-console": "error",
      "no-restricted-syntax": [
        "error",
        { selector: "TSEnumDeclaration", message: "Use a union of literals." },
        {
          selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
          message: "Texts of people are shown as text, never as markup.",
        },
      ],
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
    },
  },
  {
    files: ["src/shared/**"],
    rules: upwards(["@console/*", "**/console/**", "**/guide/**", "**/member/**"], "shared knows no app."),
  },
  {
    files: ["src/console/parts/**"],
    rules: upwards(["**/pages/**"], "A part knows no page."),
  },
);
