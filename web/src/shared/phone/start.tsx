/** Starts an app of a phone: texts, look, the query cache, and the library's own words. */
import "./react19";
import { QueryClientProvider } from "@tanstack/react-query";
import { ConfigProvider } from "antd-mobile";
import enUS from "antd-mobile/es/locales/en-US";
import zhCN from "antd-mobile/es/locales/zh-CN";
import { type ReactNode, StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { useTranslation } from "react-i18next";
import { BrowserRouter } from "react-router";
import { queries } from "../api/client";
import { startTexts } from "../i18n";
import { carryNonce } from "../nonce";
import { wearLook } from "./look";
import "./phone.css";

/** Draws an app below `/name`, with the texts of the same name. */
export async function startPhone(name: string, app: ReactNode): Promise<void> {
  const root = document.getElementById("root");
  if (root === null) throw new Error("The page has a place for the app.");
  wearLook();
  carryNonce();
  await startTexts(["phone", name]);
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <Words>
          <BrowserRouter basename={`/${name}`}>
            <Suspense fallback={null}>{app}</Suspense>
          </BrowserRouter>
        </Words>
      </QueryClientProvider>
    </StrictMode>,
  );
}

function Words({ children }: { children: ReactNode }) {
  const { i18n } = useTranslation("phone");
  return <ConfigProvider locale={i18n.language === "zh-CN" ? zhCN : enUS}>{children}</ConfigProvider>;
}
