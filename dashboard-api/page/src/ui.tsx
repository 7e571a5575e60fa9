// The small parts that every screen is made of.
import { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Level, Problem } from "./api";
import { link } from "./route";

export function Badge({ level }: { level: Level }) {
  return <span class={`badge ${level}`}>{level}</span>;
}

export function Mark({ kind, children }: { kind: "good" | "fair" | "poor" | "plain"; children: ComponentChildren }) {
  return <span class={`mark ${kind}`}>{children}</span>;
}

/** MOS in its usual classes: 4.0 satisfied, 3.6 some dissatisfied, below: many. */
export function Mos({ mos }: { mos?: number }) {
  if (!mos) return <span class="faint">–</span>;
  return <Mark kind={mos >= 4 ? "good" : mos >= 3.6 ? "fair" : "poor"}>{mos.toFixed(2)}</Mark>;
}

let utc = localStorage.getItem("times") === "utc";

export const timesAreUtc = () => utc;

export function timesToggle(): void {
  utc = !utc;
  localStorage.setItem("times", utc ? "utc" : "local");
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

export function timeText(stamp: string): string {
  const at = new Date(stamp);
  const parts = utc
    ? [at.getUTCFullYear(), at.getUTCMonth() + 1, at.getUTCDate(), at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()]
    : [at.getFullYear(), at.getMonth() + 1, at.getDate(), at.getHours(), at.getMinutes(), at.getSeconds()];
  return `${parts[0]}-${two(parts[1])}-${two(parts[2])} ${two(parts[3])}:${two(parts[4])}:${two(parts[5])}`;
}

export function Time({ at }: { at?: string }) {
  if (!at) return <span class="faint">–</span>;
  return (
    <time dateTime={at} title={at}>
      {timeText(at)}
    </time>
  );
}

export function seconds(value: number): string {
  if (value < 60) return value.toFixed(value < 10 ? 1 : 0) + " s";
  const minutes = Math.floor(value / 60);
  if (minutes < 60) return `${minutes}:${two(Math.floor(value % 60))}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(Math.floor(value % 60))}`;
}

export function bytes(value: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return value.toFixed(unit && value < 10 ? 1 : 0) + " " + units[unit];
}

export function Address({ ip }: { ip?: string }) {
  if (!ip) return <span class="faint">–</span>;
  return (
    <a class="mono address" href={link(`entity/ip/${encodeURIComponent(ip)}`)}>
      {ip}
    </a>
  );
}

export function Entity({ type, value }: { type: string; value: string }) {
  const kind = type === "device" && /^[0-9a-f.:]+$/i.test(value) ? "ip" : type;
  if (kind !== "ip" && kind !== "account" && kind !== "number") return <span class="mono">{value}</span>;
  return (
    <a class={"mono" + (kind === "ip" ? " address" : "")} href={link(`entity/${kind}/${encodeURIComponent(value)}`)}>
      {value}
    </a>
  );
}

export function Refused({ problem }: { problem?: Problem }) {
  if (!problem) return null;
  return (
    <p class="refused" role="alert">
      {problem.message}
    </p>
  );
}

/** An empty list says why it is empty and what to do. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      <p>{children}</p>
    </div>
  );
}

export function Tile({ label, value, note, kind }: { label: string; value: ComponentChildren; note?: ComponentChildren; kind?: string }) {
  return (
    <div class={`tile ${kind ?? ""}`}>
      <div class="tile-label">{label}</div>
      <div class="tile-value">{value}</div>
      {note && <div class="tile-note">{note}</div>}
    </div>
  );
}

export interface Column<T> {
  name: string;
  cell: (row: T) => ComponentChildren;
  narrow?: boolean; // stays on a phone
  number?: boolean;
}

/** Rows that arrow keys walk and Enter opens. */
export function Table<T extends { id: string }>(props: {
  label: string;
  columns: Column<T>[];
  rows: T[];
  open?: (row: T) => string;
  more?: () => void;
}) {
  const body = useRef<HTMLTableSectionElement>(null);
  const step = (event: KeyboardEvent) => {
    const rows = [...(body.current?.querySelectorAll<HTMLTableRowElement>("tr[tabindex]") ?? [])];
    const at = rows.indexOf(document.activeElement as HTMLTableRowElement);
    if (event.key === "ArrowDown") rows[Math.min(at + 1, rows.length - 1)]?.focus();
    else if (event.key === "ArrowUp") rows[Math.max(at - 1, 0)]?.focus();
    else if (event.key === "Enter" && at >= 0 && event.target === rows[at] && props.open) location.hash = props.open(props.rows[at]);
    else return;
    event.preventDefault();
  };
  return (
    <div class="table-frame">
      <table aria-label={props.label} onKeyDown={step}>
        <thead>
          <tr>
            {props.columns.map((column) => (
              <th scope="col" class={(column.narrow ? "" : "wide ") + (column.number ? "number" : "")}>
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {props.rows.map((row) => (
            <tr key={row.id} tabIndex={props.open ? 0 : undefined} class={props.open ? "opens" : ""}
              onClick={(event) => {
                if (props.open && !(event.target as HTMLElement).closest("a,button,input")) location.hash = props.open(row);
              }}>
              {props.columns.map((column) => (
                <td class={(column.narrow ? "" : "wide ") + (column.number ? "number" : "")}>{column.cell(row)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {props.more && (
        <button class="more" onClick={props.more}>
          Show more
        </button>
      )}
    </div>
  );
}

/** The search that all lists share; "/" jumps to it. */
export function Search({ value, hint, search }: { value: string; hint: string; search: (text: string) => void }) {
  const [text, type] = useState(value);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => type(value), [value]);
  useEffect(() => {
    const jump = (event: KeyboardEvent) => {
      if (event.key !== "/" || (event.target as HTMLElement).closest("input,textarea,select")) return;
      event.preventDefault();
      field.current?.focus();
    };
    addEventListener("keydown", jump);
    return () => removeEventListener("keydown", jump);
  }, []);
  return (
    <form
      class="search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        search(text.trim());
      }}
    >
      <input ref={field} type="search" aria-label="Search" placeholder={hint} value={text}
        onInput={(event) => type((event.target as HTMLInputElement).value)} />
      <kbd aria-hidden="true">/</kbd>
    </form>
  );
}

export function Choice({ label, value, options, choose }: { label: string; value: string; options: [string, string][]; choose: (value: string) => void }) {
  return (
    <label class="choice">
      <span>{label}</span>
      <select value={value} onChange={(event) => choose((event.target as HTMLSelectElement).value)}>
        {options.map(([key, name]) => (
          <option value={key}>{name}</option>
        ))}
      </select>
    </label>
  );
}

/** A bar as long as its share of the longest. */
export function Bars({ label, rows }: { label: string; rows: { name: ComponentChildren; count: number; kind?: string; to?: string }[] }) {
  const most = Math.max(1, ...rows.map((row) => row.count));
  return (
    <ul class="bars" aria-label={label}>
      {rows.map((row) => (
        <li>
          <span class="bars-name">{row.to ? <a href={row.to}>{row.name}</a> : row.name}</span>
          <svg class={`bar ${row.kind ?? ""}`} viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
            <rect width={(row.count / most) * 100} height="8" rx="2" />
          </svg>
          <span class="bars-count">{row.count.toLocaleString("en")}</span>
        </li>
      ))}
    </ul>
  );
}
