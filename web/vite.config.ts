/// <reference types="vitest/config" />
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { type Plugin, defineConfig } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const api = process.env.HUITONG_API ?? "http://127.0.0.1:8787";

// The package serves what lies beside its Python code; the folder is not in git.
const OUT = "../src/huitong/_web";

/** Answers every address of an app with its page, as the Python process does. */
const deepLinks: Plugin = {
  name: "deep-links",
  configureServer(server) {
    server.middlewares.use((request, _answer, next) => {
      const app = /^\/(console|guide|member)(\/[^.]*)?(\?.*)?$/.exec(request.url ?? "")?.[1];
      if (app !== undefined && request.headers.accept?.includes("text/html")) request.url = `/${app}/index.html`;
      next();
    });
  },
};

/** Lets the other pages open while one that is declared is not written yet; a build refuses it. */
const unwritten: Plugin = {
  name: "unwritten",
  apply: "serve",
  enforce: "pre",
  async resolveId(source, importer) {
    if (importer === undefined || !/\/pages\/\w+\/pages\.ts$/.test(importer)) return null;
    return (await this.resolve(source, importer, { skipSelf: true })) ?? "\0unwritten";
  },
  load: (id) => (id === "\0unwritten" ? "export default () => null;" : null),
};

export default defineConfig({
  plugins: [react(), deepLinks, unwritten],
  cacheDir: process.env.VITE_CACHE ?? "node_modules/.vite",
  resolve: { alias: { "@shared": here("src/shared"), "@console": here("src/console") } },
  // The server puts a new nonce in its place at each request.
  html: { cspNonce: "CSP-NONCE" },
  build: {
    outDir: OUT,
    emptyOutDir: true,
    manifest: true,
    target: ["chrome107", "safari16", "firefox104"],
    chunkSizeWarningLimit: 800,
    rolldownOptions: {
      input: {
        console: here("console/index.html"),
        guide: here("guide/index.html"),
        member: here("member/index.html"),
      },
      output: {
        codeSplitting: {
          groups: [
            { name: "react", test: /node_modules[\\/](react|react-dom|react-router|scheduler)[\\/]/ },
            { name: "charts", test: /node_modules[\\/](echarts|zrender)[\\/]/ },
          ],
        },
      },
    },
  },
  server: {
    host: "127.0.0.1",
    strictPort: true,
    proxy: { "/v1": api, "/openapi.json": api },
  },
  test: { environment: "happy-dom", include: ["src/**/*.test.ts", "src/**/*.test.tsx"] },
});
