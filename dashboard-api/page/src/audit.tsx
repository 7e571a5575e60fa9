// Who did what, sealed entry by entry.
import { link } from "./route";
import { Column, Empty, Refused, Table, Time } from "./ui";
import { useList } from "./use";

interface Entry {
  id: string;
  number: number;
  timestamp: string;
  who: string;
  from: string;
  action: string;
  object: string;
  before: string;
}

const COLUMNS: Column<Entry>[] = [
  { name: "Who", narrow: true, cell: (row) => <b>{row.who}</b> },
  { name: "Did", narrow: true, cell: (row) => <><span class="mono">{row.action}</span><div class="why">{row.object}</div></> },
  { name: "From", cell: (row) => <span class="mono">{row.from}</span> },
  { name: "When", cell: (row) => <Time at={row.timestamp} /> },
  { name: "Seal of the entry before", cell: (row) => <span class="mono faint" title={row.before}>{row.before.slice(0, 12)}…</span> },
];

export function Audit() {
  const list = useList<Entry>("/audit");
  const rows = (list.data ?? []).map((row) => ({ ...row, id: String(row.number) }));
  return (
    <>
      <h1>Audit log</h1>
      <p class="lead">Every change and every download of packets or speech. Each entry holds the SHA-256 of the one before: none can be taken out unseen.</p>
      <Refused problem={list.problem} />
      {list.data && !rows.length && <Empty title="Nothing was changed yet">Block, publish or <a href={link("captures")}>upload</a> something: it is noted here.</Empty>}
      {rows.length > 0 && <Table label="Audit log" columns={COLUMNS} rows={rows} more={list.more} />}
    </>
  );
}
