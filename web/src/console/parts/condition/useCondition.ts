/** A condition that somebody edits, with everything that can be undone. */
import { useCallback, useMemo, useState } from "react";
import { type Document, type Node, begun, changed, gapsOf, read, redone, undone, write } from "./model";

export interface Edited {
  root: Node;
  document: Document;
  gaps: ReturnType<typeof gapsOf>;
  /** Whether anything differs from what was read. */
  isChanged: boolean;
  canUndo: boolean;
  canRedo: boolean;
  edit: (change: (root: Node) => Node, mark?: string) => void;
  undo: () => void;
  redo: () => void;
  /** Puts another document in its place, as one change. */
  replace: (document: Document) => void;
}

export function useCondition(initial: Document): Edited {
  const [history, setHistory] = useState(() => begun(read(initial)));
  const [first] = useState(() => JSON.stringify(initial));
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
  const isChanged = useMemo(() => gaps.size > 0 || JSON.stringify(document) !== first, [document, first, gaps]);
  return {
    root, document, gaps, isChanged, edit, undo, redo, replace,
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
  };
}
