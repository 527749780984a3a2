export type Side = "zh" | "en";

export function sideOf(language: string): Side {
  return language === "zh-CN" ? "zh" : "en";
}
