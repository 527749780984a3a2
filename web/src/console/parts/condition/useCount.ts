/** How many meet a condition, asked once somebody pauses; a call that is overtaken is broken off. */
import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { Refusal } from "@shared/api/refusal";
import { keepPreviousData } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { Document } from "./model";

const PAUSE_MS = 250;

export interface Counted {
  count: Schemas["CountOut"] | undefined;
  /** The figure is of a condition before this one, or none is there yet. */
  isComputing: boolean;
  refusal: Refusal | null;
}

export function useCount(brand: string, document: Document | null): Counted {
  const paused = usePaused(document, PAUSE_MS);
  const isReady = paused !== null;
  const asked = api.useQuery(
    "post", "/v1/brands/{brand}/audiences/count",
    { params: { path: { brand } }, body: { condition: paused ?? {} } },
    { enabled: isReady, placeholderData: keepPreviousData, retry: false, staleTime: 30_000 },
  );
  const isCurrent = paused === document;
  return {
    count: asked.data,
    isComputing: document !== null && (!isCurrent || asked.isFetching),
    refusal: isCurrent && isReady && asked.error instanceof Refusal ? asked.error : null,
  };
}

/** Returns a value once it has been the same for a while. */
export function usePaused<Value>(value: Value, wait: number): Value {
  const [paused, setPaused] = useState(value);
  useEffect(() => {
    const timer = window.setTimeout(() => { setPaused(value); }, wait);
    return () => { window.clearTimeout(timer); };
  }, [value, wait]);
  return paused;
}
