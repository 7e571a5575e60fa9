// Calls: search, and one call with its ladder, its streams and its other legs.
import { useMemo } from "preact/hooks";
import { Call, Quality, query, Stream } from "./api";
import { go, link, Place } from "./route";
import { Address, Choice, Column, Empty, Mark, Mos, Refused, Search, seconds, Table, Time } from "./ui";
import { Kept } from "./notify";
import { useGet, useList } from "./use";

/** Who it is, as short as a list wants it: what is sent may be as long as it likes. */
export function party(side: { user?: string; host?: string }): string {
  const name = side.user || side.host || "anonymous";
  return name.length > 48 ? name.slice(0, 47) + "…" : name;
}

/** What the server can decode. */
const HEARD = /^(PCMU|PCMA|G722|GSM|opus)$/i;

function worse(call: Call["call"]): number | undefined {
  const values = [call.quality.caller_sent?.mos, call.quality.callee_sent?.mos].filter((mos): mos is number => !!mos);
  return values.length ? Math.min(...values) : undefined;
}

function Outcome({ call }: { call: Call["call"] }) {
  if (call.answer) return <Mark kind="good">answered</Mark>;
  return <Mark kind={call.status >= 500 || call.status === 403 ? "poor" : "plain"}>{call.status ? `${call.status}` : call.end_reason}</Mark>;
}

const COLUMNS: Column<Call>[] = [
  { name: "From", narrow: true, cell: (row) => <a href={link(`calls/${row.id}`)}>{party(row.call.from)}</a> },
  { name: "To", narrow: true, cell: (row) => party(row.call.request ?? row.call.to) },
  { name: "Outcome", narrow: true, cell: (row) => <Outcome call={row.call} /> },
  { name: "Lasted", number: true, cell: (row) => (row.call.duration_s ? seconds(row.call.duration_s) : "–") },
  { name: "MOS", number: true, cell: (row) => <Mos mos={worse(row.call)} /> },
  { name: "Cost", number: true, cell: (row) => (row.call.cost?.amount ? `${row.call.cost.amount.toFixed(2)} ${row.call.cost.currency}` : "–") },
  { name: "Source", cell: (row) => <Address ip={row.src_ip} /> },
  { name: "Began", cell: (row) => <Time at={row.call.start} /> },
];

export function Calls({ here }: { here: Place }) {
  const q = here.parameters.q ?? "";
  const which = here.parameters.which ?? "all";
  const filter: Record<string, string> = which === "answered" ? { duration_s_gte: "0.01" } : which === "failed" ? { status_gte: "400" } : which === "poor" ? { mos_lte: "3.6" } : {};
  const list = useList<Call>("/calls" + query({ q, capture: here.parameters.capture, ...filter }));
  const move = (change: Record<string, string>) => go("calls", { ...here.parameters, ...change });
  return (
    <>
      <h1>Calls</h1>
      <div class="tools">
        <Search value={q} hint="caller:1001  called:4930*  status:486  @ip:10.1.0.0/16" search={(text) => move({ q: text })} />
        <Choice label="Show" value={which} options={[["all", "all"], ["answered", "answered"], ["failed", "failed"], ["poor", "poor quality"]]} choose={(value) => move({ which: value })} />
      </div>
      <Kept list="calls" q={q} />
      <Refused problem={list.problem} />
      {list.data && !list.data.length && !list.problem && (
        <Empty title="No such calls">A call appears here when it has ended. <a href={link("captures")}>Upload a capture</a> to see its calls.</Empty>
      )}
      {list.data && list.data.length > 0 && <Table label="Calls" columns={COLUMNS} rows={list.data} open={(row) => link(`calls/${row.id}`)} more={list.more} />}
    </>
  );
}

interface LadderLines {
  columns: string[];
  messages: { timestamp: string; from: number; to: number; label: string; sdp: boolean; retransmission: boolean; packet: number }[];
}

function Ladder({ id }: { id: string }) {
  const ladder = useGet<LadderLines>(`/calls/${id}/ladder?format=json`);
  const lines = ladder.data;
  if (!lines) return <p class="faint">{ladder.problem?.message ?? "…"}</p>;
  const width = 190;
  const step = 34;
  const left = 110;
  const x = (column: number) => left + width / 2 + column * width;
  const height = 46 + lines.messages.length * step + 10;
  const first = Date.parse(lines.messages[0]?.timestamp ?? "");
  return (
    <div class="ladder-frame" tabIndex={0} role="region" aria-label="Ladder">
      <svg class="ladder" width={left + lines.columns.length * width + 20} height={height} role="img"
        aria-label={lines.messages.map((m) => `${lines.columns[m.from]} to ${lines.columns[m.to]}: ${m.label}`).join("; ")}>
        <defs>
          <marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z" /></marker>
        </defs>
        {lines.columns.map((name, column) => (
          <g>
            <text x={x(column)} y="18" class="ladder-head">{name}</text>
            <line class="life" x1={x(column)} x2={x(column)} y1="28" y2={height} />
          </g>
        ))}
        {lines.messages.map((message, at) => {
          const y = 62 + at * step;
          const answer = /^\d/.test(message.label);
          const bad = /^[456]/.test(message.label);
          return (
            <g class={`line ${message.retransmission ? "again" : ""} ${bad ? "bad" : answer ? "answer" : ""}`}>
              <text x="4" y={y + 4} class="ladder-time">+{((Date.parse(message.timestamp) - first) / 1000).toFixed(3)}</text>
              {message.from === message.to
                ? <path class="arrow" d={`M${x(message.from)} ${y - 6} h26 v12 h-24`} marker-end="url(#tip)" />
                : <line class="arrow" x1={x(message.from)} x2={x(message.to)} y1={y} y2={y} marker-end="url(#tip)" />}
              <text x={(x(message.from) + x(message.to)) / 2} y={y - 6} class="ladder-label">{message.label}{message.sdp ? " (SDP)" : ""}</text>
            </g>
          );
        })}
      </svg>
    </div>
  );
}

function Direction({ name, quality }: { name: string; quality?: Quality }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        {!quality && <span class="faint">nothing was seen</span>}
        {quality && (
          <>
            <b>{quality.codec ?? "unknown codec"}</b> <Mos mos={quality.mos} />{" "}
            <span class="faint">{quality.packets} packets, {quality.lost} lost, jitter {(quality.jitter_ms_mean ?? 0).toFixed(2)} ms</span>
          </>
        )}
      </dd>
    </>
  );
}

export function CallPage({ id }: { id: string }) {
  const asked = useGet<Call>(`/calls/${id}`);
  const streams = useGet<{ data: Stream[] }>(`/calls/${id}/quality`);
  const legs = useGet<{ data: Call[] }>(`/calls/${id}/legs`);
  const row = asked.data;
  const others = useMemo(() => (legs.data?.data ?? []).filter((leg) => leg.id !== id), [legs.data, id]);
  if (!row) return <Refused problem={asked.problem} />;
  const call = row.call;
  return (
    <article>
      <p class="crumbs"><a href={link("calls")}>Calls</a> / {id}</p>
      <h1>{party(call.from)} → {party(call.request ?? call.to)} <Outcome call={call} /></h1>
      <div class="actions">
        {row.capture && <a class="button" href={`/api/v1/calls/${id}.pcap`} download>Packets of all legs</a>}
        {row.capture && <a class="button" href={`/api/v1/calls/${id}/ladder?format=text`}>Ladder as text</a>}
        <a class="button" href={link("alerts", { q: `call_id:"${call.call_id}"`, state: "all" })}>Its alerts</a>
      </div>
      <div class="columns">
        <section class="card">
          <h2>Record</h2>
          <dl>
            <dt>Began</dt><dd><Time at={call.start} /></dd>
            <dt>Rang after</dt><dd>{call.pdd_ms !== undefined ? (call.pdd_ms / 1000).toFixed(3) + " s" : "–"}</dd>
            <dt>Lasted</dt><dd>{call.duration_s ? seconds(call.duration_s) : "not answered"}</dd>
            <dt>Ended by</dt><dd>{call.released_by} ({call.end_reason}{call.q850_cause ? `, Q.850 ${call.q850_cause}` : ""})</dd>
            <dt>Protocol</dt><dd>{call.protocol}</dd>
            <dt>Source</dt><dd><Address ip={row.src_ip} /></dd>
            <dt>Destination</dt><dd><Address ip={row.dest_ip} /></dd>
            {call.numbers?.called?.country && <><dt>Called country</dt><dd>{call.numbers.called.country} <span class="faint">{call.numbers.called.type}</span> {call.numbers.called.premium && <Mark kind="poor">premium</Mark>}</dd></>}
            {call.cost && <><dt>Cost</dt><dd><b>{call.cost.amount.toFixed(2)} {call.cost.currency}</b> <span class="faint">{call.cost.price_per_minute} a minute</span></dd></>}
            {call.trunk && <><dt>Trunk</dt><dd>{call.trunk}</dd></>}
            {call.account && <><dt>Account</dt><dd class="mono">{call.account}</dd></>}
            <dt>Devices</dt><dd>{call.caller_user_agent ?? "?"} → {call.callee_user_agent ?? "?"}</dd>
            <dt>Call-ID</dt><dd class="mono">{call.call_id}</dd>
          </dl>
        </section>
        <section class="card">
          <h2>Media</h2>
          <dl class="directions">
            <Direction name="Caller sent" quality={call.quality.caller_sent} />
            <Direction name="Callee sent" quality={call.quality.callee_sent} />
          </dl>
          <ul class="streams">
            {streams.data?.data.map((stream) => (
              <li>
                <b>{stream.rtp.codec ?? "unknown codec"}</b> <Mos mos={stream.rtp.mos} />
                <div class="mono">{stream.src_ip}:{stream.src_port} → {stream.dest_ip}:{stream.dest_port}</div>
                <div class="faint">{stream.rtp.packets} packets, {stream.rtp.lost} lost, jitter {stream.rtp.jitter_ms_mean.toFixed(2)} ms, SSRC {stream.rtp.ssrc}</div>
                {row.capture && HEARD.test(stream.rtp.codec ?? "") && <a href={`/api/v1/calls/${id}/audio/${stream.rtp.ssrc}.wav`} download title="needs the grant media:read; it is noted in the audit log">Speech as WAV</a>}
              </li>
            ))}
          </ul>
          {call.media?.map((media) => media.seen && media.seen !== media.signalled && (
            <p class="hint">{media.side} signalled {media.signalled}, its media comes from {media.seen}: NAT between.</p>
          ))}
          {others.length > 0 && <h2>Other legs</h2>}
          <ul>{others.slice(0, 8).map((leg) => <li><a href={link(`calls/${leg.id}`)}>{party(leg.call.from)} → {party(leg.call.request ?? leg.call.to)}</a></li>)}</ul>
          {others.length > 8 && <p class="faint">and {others.length - 8} more with the same numbers at the same time</p>}
        </section>
      </div>
      <section class="card">
        <h2>Ladder</h2>
        {row.capture ? <Ladder id={id} /> : <p class="faint">The packets of this call were not kept.</p>}
      </section>
    </article>
  );
}
