import { useAddress } from "@console/brand";
import { Flex, Popover, Typography } from "antd";
import { Fragment, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { kindOf } from "./naming";
import { useActor } from "./useActors";

interface Props {
  /** Who, as journals keep it: an id, or a word of ours; nothing when nobody did it. */
  id: string | null | undefined;
  /** What stands where nobody did it. */
  nobody?: ReactNode;
}

/** Who did something, by name; the id can be seen and copied, and a member's page is a click away. */
export function Actor({ id, nobody = "\u2014" }: Props) {
  return id === null || id === undefined || id === "" ? <>{nobody}</> : <Named id={id} />;
}

function Named({ id }: { id: string }) {
  const { t } = useTranslation("console");
  const at = useAddress();
  const name = useActor(id);
  const kind = kindOf(id);
  if (kind === "word") return <>{name}</>;
  const explained = (
    <Flex vertical align="start">
      <Typography.Text type="secondary">{t(`actors.is.${kind}`)}</Typography.Text>
      <Typography.Text copyable>{id}</Typography.Text>
      {kind === "member" && <Link to={at(`customers/${id}`)}>{t("actors.open")}</Link>}
    </Flex>
  );
  return (
    <Popover content={explained} trigger={["hover", "click"]} destroyOnHidden>
      <button type="button" className="actor" aria-haspopup="dialog">{name}</button>
    </Popover>
  );
}

// Stands in a sentence for whoever did it, until the part takes its place; no text has it.
const PLACE = "\uE000";

interface SaidProps extends Props {
  /** Says the sentence with a word in the place of the name. */
  says: (by: string) => string;
}

/** A sentence of the texts that names who did something. */
export function SaidOf({ id, nobody, says }: SaidProps) {
  return (
    <span>
      {says(PLACE).split(PLACE).map((part, place) => (
        <Fragment key={place}>{place > 0 && <Actor id={id} nobody={nobody} />}{part}</Fragment>
      ))}
    </span>
  );
}
