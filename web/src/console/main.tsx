import { queries } from "@shared/api/client";
import { startTexts } from "@shared/i18n";
import { carryNonce } from "@shared/nonce";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { giveFocusBack } from "./focusBack";
import "./console.css";

const root = document.getElementById("root");
if (root === null) throw new Error("The page has a place for the console.");

carryNonce();
giveFocusBack(document);
await startTexts(["common", "console", "refusals"]);
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);
