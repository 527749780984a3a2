import { useTranslation } from "react-i18next";
import type { Evidence } from "./EvidenceTable";
import { NODE_HEIGHT, NODE_WIDTH, drawn, lineOf } from "./graph";
import "./identity.css";

const LINE = 8;

/** How identifiers hang together; the table beside it says the same to those who do not see it. */
export function Graph({ evidence, personId }: { evidence: Evidence; personId: string }) {
  const { t } = useTranslation("identity");
  const { t: word } = useTranslation("people");
  const { width, height, nodes, lines } = drawn(evidence.identifiers, evidence.evidence);
  return (
    <svg className="evidence-graph" viewBox={`0 0 ${String(width)} ${String(height)}`} role="img" aria-label={t("personPage.graph")}>
      {lines.map(({ edge, from, to }) => (
        <line key={`${edge.one} ${edge.other}`} className={lineOf(edge.verdict)} x1={from.x} y1={from.y} x2={to.x} y2={to.y}>
          <title>{t(`verdicts.${edge.verdict}`)}</title>
        </line>
      ))}
      {nodes.map(({ node, x, y }) => (
        <g key={node.id} transform={`translate(${String(x - NODE_WIDTH / 2)} ${String(y - NODE_HEIGHT / 2)})`}>
          <rect className={node.person_id === personId ? "node" : "node other"} width={NODE_WIDTH} height={NODE_HEIGHT} rx={LINE} />
          <text className="kind" x={NODE_WIDTH / 2} y={NODE_HEIGHT / 2 - LINE / 2} textAnchor="middle">
            {word(`kinds.${node.kind}`)}{node.person_id === personId ? "" : ` · ${t("personPage.other")}`}
          </text>
          <text x={NODE_WIDTH / 2} y={NODE_HEIGHT / 2 + 2 * LINE} textAnchor="middle">{node.masked}</text>
        </g>
      ))}
    </svg>
  );
}
