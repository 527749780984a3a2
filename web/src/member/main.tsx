import { startTexts } from "@shared/i18n";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";

const root = document.getElementById("root");
if (root === null) throw new Error("The page has a place for the app.");

await startTexts(["member"]);
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
