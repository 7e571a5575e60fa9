// The inbox: what was found, why, whom it hits, and what is done about it.
import { useState } from "preact/hooks";
import { Alert, ask, get, Group, Problem, query } from "./api";
import { go, link, Place } from "./route";
import { Address, Badge, Choice, Column, Empty, Entity, Mark, Refused, Search, Table, Time } from "./ui";
import { Kept } from "./notify";
import { useFeed, useGet, useList } from "./use";

const COLUMNS: Column<Alert>[] = [
  { name: "Level", narrow: true, cell: (row) => <Badge level={row.alert.level} /> },
  {
    name: "What", narrow: true,
    cell: (row) => (
      <>
        <a href={link(`alerts/${row.id}`)}>{row.alert.signature}</a>
        <div class="why">{row.alert.explain.text}</div>
      </>
    ),
  },
  { name: "About", cell: (row) => <Entity type={row.entity.type} value={row.entity.value} /> },
  { name: "State", cell: (row) => <Mark kind={row.state === "open" ? "poor" : "plain"}>{row.state}</Mark> },
  { name: "When", cell: (row) => <Time at={row.timestamp} /> },
];

export function Alerts({ here }: { here: Place }) {
  const state = here.parameters.state ?? "open";
  const q = here.parameters.q ?? "";
  const list = useList<Alert>("/alerts" + query({ q, state: state === "all" ? "" : state, capture: here.parameters.capture }));
  const [fresh, count] = useState(0);
  const move = (change: Record<string, string>) => go("alerts", { ...here.parameters, ...change });
  useFeed("alerts", () => count((n) => n + 1));
  return (
    <>
      <h1>Alerts</h1>
      <div class="tools">
        <Search value={q} hint="src_ip:10.0.0.0/8  rule_id:auth-*  -is:closed  &quot;words&quot;" search={(text) => move({ q: text })} />
        <Choice label="State" value={state} options={[["open", "open"], ["acknowledged", "acknowledged"], ["closed", "closed"], ["suppressed", "suppressed"], ["all", "all"]]} choose={(value) => move({ state: value })} />
      </div>
      <Kept list="alerts" q={q} />
      {fresh > 0 && (
        <button class="fresh" onClick={() => { count(0); list.again(); }}>
          {fresh} new: show
        </button>
      )}
      <Refused problem={list.problem} />
      {list.data && !list.data.length && !list.problem && (
        <Empty title="No such alerts">
          {q ? "No alert matches this search." : "Nothing of this state."} Alerts come from sensors, and from replays of <a href={link("captures")}>captures</a>.
        </Empty>
      )}
      {list.data && list.data.length > 0 && <Table label="Alerts" columns={COLUMNS} rows={list.data} open={(row) => link(`alerts/${row.id}`)} more={list.more} />}
    </>
  );
}

/** What the rule did with all that it met, and what it would have done. */
function Effect({ row }: { row: Alert }) {
  const rule = row.alert.rule_id;
  const about = useGet<{ data: Group[] }>("/alerts/aggregate" + query({ by: "entity", rule_id: rule, limit: 1000 }));
  const acted = useGet<{ data: Group[] }>("/alerts/aggregate" + query({ by: "action", rule_id: rule }));
  const groups = about.data?.data ?? [];
  const alerts = groups.reduce((sum, group) => sum + group.count, 0);
  const blocked = acted.data?.data.find((group) => group.value === "blocked")?.count ?? 0;
  const would = row.alert.response.would;
  return (
    <>
      <h2>What this rule would have done</h2>
      <p>
        {alerts === 1 ? "It told once" : `It told ${alerts.toLocaleString("en")} times`}, about {groups.length === 1 ? "one entity" : `${groups.length.toLocaleString("en")}${groups.length === 1000 ? " or more" : ""} entities`}.{" "}
        {would === "pass"
          ? "It only tells: no packet would have been stopped."
          : row.alert.response.proven
            ? <>The inline filter would <b>{would}</b> {row.entity.value} from this packet on: it is proven to be who it says.</>
            : <>The inline filter would only <b>{would}</b> {row.entity.value}: its address is not proven, somebody may have forged it.</>}
        {blocked > 0 && <> {blocked.toLocaleString("en")} of its alerts stopped somebody.</>}
      </p>
      <p><a href={link("alerts", { q: "rule_id:" + rule, state: "all" })}>All alerts of this rule</a> · <a href={link("rulesets")}>Try another version of it</a></p>
    </>
  );
}

export function AlertPage({ id }: { id: string }) {
  const alert = useGet<Alert>(`/alerts/${id}`);
  const rule = useGet<string>(`/alerts/${id}/explain`);
  const [note, type] = useState("");
  const [problem, fail] = useState<Problem>();
  const [blocked, tell] = useState("");
  const act = async (action: string) => {
    try {
      await ask("POST", "/alerts/actions", { action, ids: [id], ...(note ? { note } : {}) });
      alert.again();
    } catch (refused) {
      fail(refused as Problem);
    }
  };
  const block = async (ip: string) => {
    if (!confirm(`Block ${ip} on all routers for an hour?`)) return;
    try {
      await ask("POST", "/blocks", { entity: ip, ttl_s: 3600, reason: `alert ${id}: ${row?.alert.rule_id}` });
      tell(`${ip} is blocked for an hour`);
    } catch (refused) {
      fail(refused as Problem);
    }
  };
  const suppress = async () => {
    if (!row) return;
    const reason = prompt(`Why need nobody be told of ${row.alert.rule_id} about ${row.entity.value} for a week?`);
    if (!reason) return;
    try {
      await ask("POST", "/suppressions", { q: `rule_id:${row.alert.rule_id} entity:"${row.entity.value}"`, reason, until: new Date(Date.now() + 7 * 86400000).toISOString() });
      await ask("POST", "/alerts/actions", { action: "close", ids: [id], note: reason });
      tell("suppressed for a week; Notify lists it");
      alert.again();
    } catch (refused) {
      fail(refused as Problem);
    }
  };
  const openCall = async (callId: string) => {
    const page = await get<{ data: { id: string }[] }>("/calls" + query({ call_id: callId, limit: 1 }));
    if (page.data.length) go(`calls/${page.data[0].id}`);
    else tell("there is no call record of this Call-ID (yet)");
  };
  const row = alert.data;
  if (!row) return <Refused problem={alert.problem} />;
  return (
    <article>
      <p class="crumbs"><a href={link("alerts")}>Alerts</a> / {id}</p>
      <h1><Badge level={row.alert.level} /> {row.alert.signature}</h1>
      <p class="lead">{row.alert.explain.text}</p>
      <Refused problem={problem} />
      {blocked && <p class="told" role="status">{blocked}</p>}
      <div class="actions">
        {row.state !== "closed" && <button class="primary" onClick={() => act("close")}>Close</button>}
        {row.state === "open" && <button onClick={() => act("acknowledge")}>Acknowledge</button>}
        {row.state !== "open" && <button onClick={() => act("reopen")}>Reopen</button>}
        {row.entity.type === "ip" && <button class="danger" onClick={() => block(row.entity.value)}>Block {row.entity.value}</button>}
        {row.state === "open" && <button onClick={suppress}>Suppress</button>}
        {row.alert.evidence.file && <a class="button" href={`/api/v1/alerts/${id}/evidence.pcap`} download>Packets</a>}
        {row.sip?.call_id && <button onClick={() => openCall(row.sip!.call_id!)}>Call</button>}
        <input aria-label="Note" placeholder="note for the next one who looks" value={note} onInput={(e) => type((e.target as HTMLInputElement).value)} />
      </div>
      <div class="columns">
        <section class="card">
          <h2>About</h2>
          <dl>
            <dt>Entity</dt><dd><Entity type={row.entity.type} value={row.entity.value} /> <span class="faint">{row.entity.type}</span></dd>
            <dt>From</dt><dd><Address ip={row.src_ip} /></dd>
            <dt>To</dt><dd><Address ip={row.dest_ip} /></dd>
            <dt>When</dt><dd><Time at={row.timestamp} /></dd>
            <dt>State</dt><dd>{row.state}{row.note && <>: {row.note}</>}</dd>
            <dt>Times</dt><dd>{row.alert.count}</dd>
            <dt>Response</dt><dd>{row.alert.response.would}{row.alert.response.would !== "pass" && <span class="faint"> ({row.alert.response.proven ? "source proven real" : "source not proven"})</span>}</dd>
            {row.sip?.user_agent && <><dt>User agent</dt><dd class="mono">{row.sip.user_agent}</dd></>}
            {row.sip?.request_line && <><dt>Message</dt><dd class="mono">{row.sip.request_line}</dd></>}
            <dt>Packets</dt><dd class="mono">{row.alert.evidence.packets.slice(0, 12).join(", ")}{row.alert.evidence.packets.length > 12 && " …"}</dd>
          </dl>
        </section>
        <section class="card">
          <h2>Rule <a class="mono" href={link(`rules/${row.alert.rule_id}`)}>{row.alert.rule_id}</a></h2>
          <ul class="steps">{(rule.data ?? rule.problem?.message ?? "…").trim().split("\n").slice(1).map((line) => {
            const [word, ...rest] = line.trim().split(" ");
            return <li><b>{word}</b> {rest.join(" ")}</li>;
          })}</ul>
          <Effect row={row} />
        </section>
      </div>
    </article>
  );
}
