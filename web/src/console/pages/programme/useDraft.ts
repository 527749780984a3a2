/** One draft under the hands of an editor: what is edited, what the server says of it, saving. */
import { useBrand } from "@console/brand";
import { api, queries } from "@shared/api/client";
import { keepPreviousData } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { type Editing, type PlaceStep, isSame } from "./editing";
import type { DraftShown, Programme } from "./words";

const CHECK_AFTER_MS = 350;

type Edited = { by: "form"; programme: Programme } | { by: "document"; document: string };

function useLater<Value>(value: Value, ms: number): Value {
  const [later, setLater] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => { setLater(value); }, ms);
    return () => { clearTimeout(timer); };
  }, [value, ms]);
  return later;
}

const bodyOf = (edited: Edited) =>
  edited.by === "form" ? { programme: edited.programme as unknown as Record<string, unknown> } : { document: edited.document };

/** Returns the state of the editor of a draft; `edited` is null while nothing has changed. */
export function useDraft(draft: DraftShown) {
  const { code: brand } = useBrand();
  const [edited, setEdited] = useState<Edited | null>(null);
  const [name, setName] = useState(draft.name);
  const later = useLater(edited, CHECK_AFTER_MS);
  const body = { ...(later === null ? { programme: {} } : bodyOf(later)), against: draft.base_version };
  const checked = api.useQuery(
    "post", "/v1/brands/{brand}/programme/checks", { params: { path: { brand } }, body },
    { enabled: later !== null, placeholderData: keepPreviousData, retry: false, staleTime: Infinity },
  );
  const said = edited === null ? undefined : checked.data;
  const problems = useMemo(() => said?.problems ?? [], [said]);
  const programme = edited?.by === "form" ? edited.programme : (said?.programme ?? draft.programme);
  const document = edited?.by === "document" ? edited.document : (said?.document ?? draft.document);
  const isDirty = (edited !== null && !(edited.by === "form" && isSame(edited.programme, draft.programme))) || name !== draft.name;
  const isChecking = edited !== later || checked.isFetching;
  const save = api.useMutation("put", "/v1/brands/{brand}/programme/drafts/{draft_id}", {
    onSuccess: (saved) => {
      setEdited(null);
      keep(brand, saved);
    },
  });
  useLeaving(isDirty);
  const isLocked = draft.state === "published" || draft.state === "discarded";
  const editing: Editing = {
    programme,
    isLocked,
    change: (changed) => { setEdited({ by: "form", programme: { ...programme, ...changed } }); },
    problemsAt: (...place: PlaceStep[]) => problems.filter((one) => isSame(one.place, place)),
  };
  return {
    brand, name, setName, editing, document, problems, isDirty, isChecking, save,
    told: said?.told ?? draft.told,
    changes: said !== undefined && problems.length === 0 ? said.changes : draft.changes,
    write: (text: string) => { setEdited({ by: "document", document: text }); },
    forget: () => { setEdited(null); setName(draft.name); },
    put: () => {
      if (!isDirty || isLocked || save.isPending || (problems.length > 0 && !isChecking)) return;
      save.mutate({
        params: { path: { brand, draft_id: draft.id }, header: { "If-Match": `"${String(draft.revision)}"` } },
        body: { name: name.trim() || draft.name, ...bodyOf(edited ?? { by: "form", programme: draft.programme }) },
      });
    },
  };
}

/** Shows what a step on a draft answered, and forgets the lists that it is in. */
export function keep(brand: string, draft: DraftShown): void {
  const place = { params: { path: { brand, draft_id: draft.id } } };
  queries.setQueryData(["get", "/v1/brands/{brand}/programme/drafts/{draft_id}", place], draft);
  void queries.invalidateQueries({ queryKey: ["get", "/v1/brands/{brand}/programme/drafts"] });
  void queries.invalidateQueries({ queryKey: ["get", "/v1/brands/{brand}/home"] });
}

/** Asks before the tab is closed with changes that nobody saved. */
function useLeaving(isDirty: boolean): void {
  useEffect(() => {
    if (!isDirty) return undefined;
    const ask = (event: BeforeUnloadEvent) => { event.preventDefault(); };
    window.addEventListener("beforeunload", ask);
    return () => { window.removeEventListener("beforeunload", ask); };
  }, [isDirty]);
}
