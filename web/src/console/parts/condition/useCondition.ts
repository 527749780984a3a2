/** A condition that somebody edits, with everything that can be undone. */
import { api } from "@shared/api/client";
import { useCallback, useMemo, useState } from "react";
import { type Document, type Node, begun, changed, gapsOf, read, redone, undone, write } from "./model";

export interface Edited {
  root: Node;
  document: Document;
  gaps: ReturnType<typeof gapsOf>;
  /** Whether anything differs from what was read, or is written and not read yet. */
  isChanged: boolean;
  canUndo: boolean;
  canRedo: boolean;
  edit: (change: (root: Node) => Node, mark?: string) => void;
  undo: () => void;
  redo: () => void;
  /** Puts another document in its place, as one change. */
  replace: (document: Document) => void;
  /** What somebody wrote as a document and did not apply yet; null when there is nothing of it. */
  written: string | null;
  rewrite: (text: string | null) => void;
  /** Why the reader refused what was written. */
  refusal: unknown;
  isReading: boolean;
  /**
   * Returns the condition that is meant: what was written is read and applied first; null while
   * anything is missing, or when it cannot be read, which `refusal` says then.
   */
  settle: () => Promise<Document | null>;
}

export function useCondition(brand: string, initial: Document): Edited {
  const [history, setHistory] = useState(() => begun(read(initial)));
  const [first] = useState(() => JSON.stringify(write(history.present)));
  const [written, setWritten] = useState<string | null>(null);
  const reading = api.useMutation("post", "/v1/brands/{brand}/conditions/reading");
  const root = history.present;
  const document = useMemo(() => write(root), [root]);
  const gaps = useMemo(() => gapsOf(root), [root]);
  const edit = useCallback((change: (root: Node) => Node, mark?: string) => {
    setHistory((before) => changed(before, change(before.present), mark ?? null));
  }, []);
  const undo = useCallback(() => { setHistory(undone); }, []);
  const redo = useCallback(() => { setHistory(redone); }, []);
  const replace = useCallback((next: Document) => {
    const tree = read(next);
    setHistory((before) => changed(before, tree));
  }, []);
  const isChanged = useMemo(() => written !== null || gaps.size > 0 || JSON.stringify(document) !== first, [written, document, first, gaps]);
  const rewrite = (text: string | null) => {
    setWritten(text);
    reading.reset();
  };
  const settle = async () => {
    if (written === null) return gaps.size > 0 ? null : document;
    const answer = await reading.mutateAsync({ params: { path: { brand } }, body: { text: written } }).catch(() => null);
    if (answer === null) return null;
    const next = answer.condition as Document;
    replace(next);
    setWritten(null);
    return write(read(next));
  };
  return {
    root, document, gaps, isChanged, edit, undo, redo, replace, written, rewrite, settle,
    refusal: reading.error,
    isReading: reading.isPending,
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
  };
}
