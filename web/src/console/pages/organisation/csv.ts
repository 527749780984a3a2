/** Reads rows that people paste from a sheet or take from a CSV file: commas, semicolons or tabs. */

const MARK = "\uFEFF";

/** Returns the cells of each line; quotes hold separators, lines and doubled quotes. */
export function cells(text: string): string[][] {
  const source = text.startsWith(MARK) ? text.slice(1) : text;
  const separator = separatorOf(source);
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  const endCell = () => { row.push(cell.trim()); cell = ""; };
  const endRow = () => {
    endCell();
    if (row.some((one) => one !== "")) rows.push(row);
    row = [];
  };
  for (let place = 0; place < source.length; place += 1) {
    const sign = source.charAt(place);
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (source.charAt(place + 1) === '"') { cell += '"'; place += 1; }
      else quoted = false;
    } else if (sign === '"' && cell.trim() === "") { quoted = true; cell = ""; }
    else if (sign === separator) endCell();
    else if (sign === "\n") endRow();
    else if (sign !== "\r") cell += sign;
  }
  endRow();
  return rows;
}

/** Returns one object a line by the names of the first line; `names` maps what people write to fields. */
export function records(text: string, names: Readonly<Record<string, string>>): Record<string, string>[] {
  const [head = [], ...lines] = cells(text);
  const fields = head.map((one) => names[one.toLowerCase()] ?? names[one] ?? "");
  return lines.map((line) => Object.fromEntries(fields.flatMap((field, place) => (field === "" ? [] : [[field, line[place] ?? ""]]))));
}

function separatorOf(text: string): string {
  const [first = ""] = text.split("\n", 1);
  return ["\t", ";", ","].find((one) => first.includes(one)) ?? ",";
}
