/** Undo and redo over values that never change themselves. */

export interface History<Value> {
  past: Value[];
  present: Value;
  future: Value[];
  /** What the last change was about: repeats of it, such as typing, are one step. */
  mark: string | null;
}

const STEPS_MAX = 100;

export function begun<Value>(present: Value): History<Value> {
  return { past: [], present, future: [], mark: null };
}

export function changed<Value>(history: History<Value>, next: Value, mark: string | null = null): History<Value> {
  if (next === history.present) return history;
  const goesOn = mark !== null && mark === history.mark;
  const past = goesOn ? history.past : [...history.past, history.present].slice(-STEPS_MAX);
  return { past, present: next, future: [], mark };
}

export function undone<Value>(history: History<Value>): History<Value> {
  const present = history.past.at(-1);
  if (present === undefined) return history;
  const future = [history.present, ...history.future];
  return { past: history.past.slice(0, -1), present, future, mark: null };
}

export function redone<Value>(history: History<Value>): History<Value> {
  const [present, ...future] = history.future;
  if (present === undefined) return history;
  return { past: [...history.past, history.present], present, future, mark: null };
}
