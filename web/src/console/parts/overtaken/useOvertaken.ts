import { Refusal } from "@shared/api/refusal";
import type { FormInstance } from "antd";
import { useState } from "react";
import { type Field, differing } from "./differing";

interface Asked<Thing, Values extends object> {
  form: FormInstance<Values>;
  /** What the form was filled from. A newer one that comes by itself changes nothing that is typed. */
  there: Thing;
  /** The code of the refusal that tells that somebody else saved. */
  refusal: string;
  fields: readonly Field<Values>[];
  valuesOf: (thing: Thing) => Partial<Values>;
  /** Reads what is saved now; nothing where it cannot be read. */
  reload: () => Promise<Thing | undefined>;
  /** Saves over this one and no later one; the error of it comes back by `hear`. */
  send: (values: Values, onto: Thing) => void;
  /** Forgets what was typed and what was refused, once theirs was taken. */
  onTaken: () => void;
}

/**
 * Holds a form against what somebody else saves meanwhile. What was typed stays, onto what it began
 * with; where the other one changed a field of the form, it is `theirs` until the editor decides, and
 * nothing is saved. Where they changed something else, what was typed is saved at once.
 */
export function useOvertaken<Thing, Values extends object>({ form, there, refusal, fields, valuesOf, reload, send, onTaken }: Asked<Thing, Values>) {
  const [began, setBegan] = useState(there);
  const [theirs, setTheirs] = useState<Thing | null>(null);
  const isOutrun = (error: unknown) => error instanceof Refusal && error.code === refusal;
  // What does not fit is told at its field, and is not sent.
  const saveOnto = (thing: Thing) => { void form.validateFields().then((values) => { send(values, thing); }, () => undefined); };
  const look = async () => {
    const now = await reload();
    if (now === undefined) return;
    if (theirs === null && differing(fields, valuesOf(now), valuesOf(began)).length === 0) {
      setBegan(now);
      saveOnto(now);
    } else setTheirs(now);
  };
  return {
    fields,
    theirs: theirs === null ? null : valuesOf(theirs),
    isOutrun,
    /** Takes the error of a saving, and looks at what the other one saved where it tells of one. */
    hear: (error: unknown) => { if (isOutrun(error)) void look(); },
    lookAgain: () => { void look(); },
    save: (values: Values) => { if (theirs === null) send(values, began); },
    saveOver: () => { if (theirs !== null) saveOnto(theirs); },
    takeTheirs: () => {
      if (theirs === null) return;
      form.setFieldsValue(valuesOf(theirs) as Parameters<typeof form.setFieldsValue>[0]);
      setBegan(theirs);
      setTheirs(null);
      onTaken();
    },
  };
}

export type OvertakenState<Values extends object> = Pick<
  ReturnType<typeof useOvertaken<unknown, Values>>,
  "fields" | "theirs" | "isOutrun" | "lookAgain" | "saveOver" | "takeTheirs"
>;
