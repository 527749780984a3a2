import { Form } from "antd";
import { type ReactNode, useId } from "react";
import { type PlaceStep, useEditing } from "./editing";
import { useSay } from "./words";

interface Props {
  label: string;
  /** Where its value stands in the document; what is wrong there is told below it. */
  place: readonly PlaceStep[];
  hint?: string;
  isWide?: boolean;
  children: (own: { id: string; disabled: boolean; status: "" | "error" }) => ReactNode;
}

/** One field of the form with its label, its hint, and what is wrong with its value. */
export function Field({ label, place, hint, isWide = false, children }: Props) {
  const id = useId();
  const { isLocked, problemsAt } = useEditing();
  const say = useSay();
  const problems = problemsAt(...place);
  return (
    <Form.Item
      className={isWide ? "wide" : undefined}
      label={label}
      htmlFor={id}
      extra={hint}
      validateStatus={problems.length > 0 ? "error" : ""}
      help={problems.length > 0 ? problems.map((one) => say(one.words)).join(" ") : undefined}
    >
      {children({ id, disabled: isLocked, status: problems.length > 0 ? "error" : "" })}
    </Form.Item>
  );
}
