/** One draft under the hands of an editor: what is edited, what the server says of it, saving. */
import { useBrand } from "@console/brand";
import { useUnsaved } from "@console/unsaved";
import { api, queries } from "@shared/api/client";
import { Refusal } from "@shared/api/refusal";
import { keepPreviousData } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { type Editing, type PlaceStep, isSame } from "./editing";
import type { DraftShown, Programme } from "./words";

const CHECK_AFTER_MS = 350;
// Form and document are the same draft.
const TABS_OF_DRAFT = ["as"];

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

/**
 * Returns the state of the editor of a draft; `edited` is null while nothing has changed. Edits stay on
 * the draft that they began with (`draft`): what somebody else saved meanwhile is `theirs`, for the
 * editor to decide about, and is shown at once where nothing of their own could be lost.
 */
export function useDraft(latest: DraftShown, onReload: () => void) {
  const { code: brand } = useBrand();
  const [draft, setDraft] = useState(latest);
  const [edited, setEdited] = useState<Edited | null>(null);
  const [name, setName] = useState(draft.name);
  const sent = useRef<Edited | null>(null);
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
      // What was typed while it was being saved is not saved yet.
      setEdited((now) => (now === sent.current ? null : now));
      setName((now) => ((now.trim() || saved.name) === saved.name ? saved.name : now));
      setDraft(saved);
      keep(brand, saved);
    },
    onError: (error) => {
      if (isOutrun(error)) onReload();
    },
  });
  if (!isDirty && latest !== draft && latest.revision >= draft.revision) {
    setDraft(latest);
    setName(latest.name);
  }
  const theirs = isDirty && latest.revision > draft.revision ? latest : null;
  const { release } = useUnsaved(isDirty, TABS_OF_DRAFT);
  const isLocked = draft.state === "published" || draft.state === "discarded";
  const editing: Editing = {
    programme,
    isLocked,
    change: (changed) => { setEdited({ by: "form", programme: { ...programme, ...changed } }); },
    problemsAt: (...place: PlaceStep[]) => problems.filter((one) => isSame(one.place, place)),
  };
  const isBlocked = !isDirty || isLocked || save.isPending || (problems.length > 0 && !isChecking);
  const send = (onto: DraftShown) => {
    sent.current = edited;
    save.mutate({
      params: { path: { brand, draft_id: draft.id }, header: { "If-Match": `"${String(onto.revision)}"` } },
      body: { name: name.trim() || onto.name, ...bodyOf(edited ?? { by: "form", programme: onto.programme }) },
    });
  };
  return {
    draft, theirs, release, isBlocked,
    brand, name, setName, editing, document, problems, isDirty, isChecking, save,
    told: said?.told ?? draft.told,
    changes: said !== undefined && problems.length === 0 ? said.changes : draft.changes,
    write: (text: string) => { setEdited({ by: "document", document: text }); },
    forget: () => { setEdited(null); setName(draft.name); },
    put: () => { if (!isBlocked && theirs === null) send(draft); },
    /** What is edited, to be held against what somebody else saved. */
    mine: edited === null ? null : bodyOf(edited),
    takeTheirs: () => {
      setEdited(null);
      setDraft(latest);
      setName(latest.name);
      save.reset();
    },
    saveOver: () => { if (!isBlocked) send(latest); },
  };
}

/** Tells whether somebody else saved a draft since it was read. */
export function isOutrun(error: unknown): boolean {
  return error instanceof Refusal && error.code === "loyalty.draft_changed";
}

/** Shows what a step on a draft answered, and forgets the lists that it is in. */
export function keep(brand: string, draft: DraftShown): void {
  const place = { params: { path: { brand, draft_id: draft.id } } };
  queries.setQueryData(["get", "/v1/brands/{brand}/programme/drafts/{draft_id}", place], draft);
  void queries.invalidateQueries({ queryKey: ["get", "/v1/brands/{brand}/programme/drafts"] });
  void queries.invalidateQueries({ queryKey: ["get", "/v1/brands/{brand}/home"] });
}
