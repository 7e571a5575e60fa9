// Calls that are up right now, at all sensors.
import { useEffect, useState } from "preact/hooks";
import { Call, query } from "./api";
import { party } from "./calls";
import { go, link, Place } from "./route";
import { Address, Column, Empty, Mark, Refused, Search, seconds, Table, Tile, Time } from "./ui";
import { useGet } from "./use";

interface Live {
  data: Call[];
  total: number;
}

function since(stamp: string | undefined, now: number): string {
  return stamp ? seconds(Math.max(0, (now - Date.parse(stamp)) / 1000)) : "–";
}

export function LiveCalls({ here }: { here: Place }) {
  const q = here.parameters.q ?? "";
  const live = useGet<Live>("/active-calls" + query({ q, limit: 500 }));
  const [now, tick] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => {
      tick(Date.now());
      live.again();
    }, 3000);
    return () => clearInterval(timer);
  }, [live.again]);
  const rows = [...(live.data?.data ?? [])].sort((a, b) => a.call.start.localeCompare(b.call.start));
  const answered = rows.filter((row) => row.call.answer).length;
  const columns: Column<Call>[] = [
    { name: "From", narrow: true, cell: (row) => party(row.call.from) },
    { name: "To", narrow: true, cell: (row) => party(row.call.request ?? row.call.to) },
    { name: "State", narrow: true, cell: (row) => <Mark kind={row.call.answer ? "good" : "fair"}>{row.call.answer ? "talking" : "ringing"}</Mark> },
    { name: "For", number: true, cell: (row) => since(row.call.answer ?? row.call.start, now) },
    { name: "Account", cell: (row) => row.call.account ?? "–" },
    { name: "Source", cell: (row) => <Address ip={row.src_ip} /> },
    { name: "Seen by", cell: (row) => row.node ?? "–" },
    { name: "Began", cell: (row) => <Time at={row.call.start} /> },
  ];
  return (
    <>
      <h1>Live calls</h1>
      <section class="tiles" aria-label="State">
        <Tile label="Up now" value={(live.data?.total ?? 0).toLocaleString("en")} note="all sensors together" />
        <Tile label="Talking" value={answered.toLocaleString("en")} note="of those shown" />
        <Tile label="Ringing" value={(rows.length - answered).toLocaleString("en")} note="of those shown" />
        <Tile label="Longest" value={since(rows.find((row) => row.call.answer)?.call.answer, now)} note="long calls to costly numbers are how fraud earns" />
      </section>
      <div class="tools">
        <Search value={q} hint="caller:1001  called:0039*  @ip:10.1.0.0/16" search={(text) => go("live", { q: text })} />
      </div>
      <Refused problem={live.problem} />
      {live.data && !rows.length && (
        <Empty title="No call is up">
          Sensors tell of calls while they last. Calls of uploaded captures are over: see <a href={link("calls")}>Calls</a>.
        </Empty>
      )}
      {rows.length > 0 && <Table label="Live calls" columns={columns} rows={rows} />}
    </>
  );
}
