// Within five seconds: what is wrong, whom it hits, and what to press.
import { useMemo } from "preact/hooks";
import { useAct } from "./act";
import { Alert, ask, Block, Group, Kpi, LEVELS, Node, Page } from "./api";
import { Chart } from "./chart";
import { link } from "./route";
import { Badge, Bars, Empty, Entity, Mos, Refused, Tile, Time } from "./ui";
import { useFeed, useGet } from "./use";

interface Counts {
  data: Group[];
}

function posture(levels: Map<string, number>): { kind: string; text: string } {
  if (levels.get("critical")) return { kind: "critical", text: "Under attack" };
  if (levels.get("high")) return { kind: "high", text: "Attention" };
  if (levels.get("medium")) return { kind: "medium", text: "Worth a look" };
  return { kind: "calm", text: "Calm" };
}

/** What the calls cost that severe alerts are about. */
function Money({ risk }: { risk?: Kpi[] }) {
  const priced = (risk ?? []).filter((row) => row.cost);
  const calls = (risk ?? []).reduce((sum, row) => sum + row.attempts, 0);
  const value = priced.map((row) => `${row.cost!.toLocaleString("en", { maximumFractionDigits: 0 })} ${row.currency}`).join(" + ");
  return (
    <Tile kind={priced.length ? "posture critical" : ""} label="Money at risk" value={value || (calls ? "not priced" : "none")}
      note={calls ? `${calls.toLocaleString("en")} calls that severe alerts are about${value ? "" : ": no tariffs are set"}` : "no call is part of a severe alert"} />
  );
}

function Health({ nodes }: { nodes?: Node[] }) {
  if (!nodes) return null;
  const dropped = nodes.reduce((sum, node) => sum + Number(node.dropped ?? 0), 0);
  const silent = nodes.filter((node) => !node.alive).length;
  const sick = nodes.filter((node) => node.alive && node.state === "degraded").length;
  const kind = silent || sick ? "posture high" : "";
  return (
    <Tile kind={kind} label="Nodes" value={<a href={link("nodes")}>{nodes.length ? `${nodes.length - silent} of ${nodes.length} alive` : "none"}</a>}
      note={!nodes.length ? "start a sensor to watch live" : [sick && `${sick} degraded`, dropped ? `${dropped.toLocaleString("en")} packets dropped` : "no packet dropped"].filter(Boolean).join(" · ")} />
  );
}

export function Overview({ redis }: { redis: boolean }) {
  const open = useGet<Counts>("/alerts/aggregate?by=level&state=open");
  const rules = useGet<Counts>("/alerts/groups?by=rule_id&state=open&limit=8");
  const hit = useGet<Counts>("/alerts/groups?by=entity&state=open&limit=8");
  const worst = useGet<Page<Alert>>("/alerts?state=open&severity_lte=2&limit=100");
  const total = useGet<{ data: Kpi[] }>("/kpis");
  const risk = useGet<{ data: Kpi[] }>("/kpis?at_risk=true&by=currency");
  const blocks = useGet<Page<Block>>(redis ? "/blocks" : null);
  const nodes = useGet<Page<Node>>(redis ? "/nodes" : null);
  const hours = useGet<{ data: Kpi[] }>("/kpis?by=hour&limit=500");
  const act = useAct();
  const poor = useGet<{ data: { key: string; streams: number; mos?: number; loss_percent: number }[] }>("/quality?by=codec&limit=8");
  useFeed("alerts", () => {
    open.again();
    rules.again();
    worst.again();
  });
  const levels = useMemo(() => new Map((open.data?.data ?? []).map((group) => [group.value ?? "", group.count])), [open.data]);
  const first = useMemo(
    () => [...(worst.data?.data ?? [])].sort((a, b) => LEVELS.indexOf(a.alert.level) - LEVELS.indexOf(b.alert.level)).slice(0, 6),
    [worst.data],
  );
  const close = (row: Alert) => void act.run(() => ask("POST", "/alerts/actions", { action: "close", ids: [row.id] }), `closed: ${row.alert.signature}`).then(() => { open.again(); worst.again(); rules.again(); hit.again(); });
  const block = (row: Alert) => confirm(`Block ${row.entity.value} on all routers for an hour?`) &&
    void act.run(() => ask("POST", "/blocks", { entity: row.entity.value, ttl_s: 3600, reason: `alert ${row.id}: ${row.alert.rule_id}` }), `${row.entity.value} is blocked for an hour`).then(blocks.again);
  const kpi = total.data?.data[0];
  const how = posture(levels);
  const chart = useMemo(() => {
    const rows = (hours.data?.data ?? []).filter((row) => row.key).slice(-168);
    return {
      times: rows.map((row) => Date.parse(row.key!) / 1000),
      series: [
        { name: "calls", colour: "--accent", values: rows.map((row) => row.attempts) },
        { name: "answered", colour: "--good", values: rows.map((row) => row.answered) },
      ],
    };
  }, [hours.data]);
  return (
    <>
      <h1>Overview</h1>
      <Refused problem={open.problem ?? total.problem ?? act.problem} />
      {act.told && <p class="told" role="status">{act.told}</p>}
      <section class="tiles" aria-label="State">
        <Tile kind={`posture ${how.kind}`} label="Posture" value={how.text}
          note={LEVELS.filter((level) => levels.get(level)).map((level) => `${levels.get(level)} ${level}`).join(" · ") || "no open alerts"} />
        <Money risk={risk.data?.data} />
        <Tile label="Blocked now" value={blocks.data ? <a href={link("blocks")}>{blocks.data.data.length.toLocaleString("en")}{blocks.data.page.has_more && "+"}</a> : "–"} note={blocks.data ? "addresses, on all routers" : "no router is connected"} />
        <Health nodes={nodes.data?.data} />
        <Tile label="Calls" value={(kpi?.attempts ?? 0).toLocaleString("en")} note={kpi ? `${kpi.minutes.toFixed(kpi.minutes < 10 ? 1 : 0)} minutes talked` : "none seen yet"} />
        <Tile label="Answered (ASR)" value={kpi ? kpi.asr_percent.toFixed(1) + " %" : "–"} note={kpi ? `network did its part: ${kpi.ner_percent.toFixed(1)} %` : ""} />
        <Tile label="Quality (MOS)" value={<Mos mos={kpi?.mos} />} note={kpi ? `${kpi.mos_low} calls below 3.6` : ""} />
        <Tile label="Post-dial delay" value={kpi?.pdd_ms ? (kpi.pdd_ms / 1000).toFixed(2) + " s" : "–"} note="mean, INVITE to ringing" />
      </section>
      <div class="columns">
        <section class="card wide-card">
          <h2>Needs you now</h2>
          {worst.data && !worst.data.data.length && (
            <Empty title="Nothing severe is open">
              Alerts of level high and critical appear here. <a href={link("captures")}>Upload a capture</a> to audit an incident.
            </Empty>
          )}
          <ul class="worst">
            {first.map((row) => (
              <li>
                <Badge level={row.alert.level} />
                <a class="worst-title" href={link(`alerts/${row.id}`)}>
                  {row.alert.signature}
                </a>
                <span class="worst-who">
                  <Entity type={row.entity.type} value={row.entity.value} />
                </span>
                <Time at={row.timestamp} />
                <p class="why">{row.alert.explain.text}</p>
                <span class="row-actions">
                  {row.entity.type === "ip" && <button class="danger" onClick={() => block(row)}>Block</button>}
                  <button onClick={() => close(row)}>Close</button>
                </span>
              </li>
            ))}
          </ul>
        </section>
        <section class="card">
          <h2>By rule</h2>
          <Bars label="Open alerts by rule" rows={(rules.data?.data ?? []).map((group) => ({ name: group.value, count: group.count, to: link("alerts", { q: "rule_id:" + group.value }) }))} />
          <h2>Whom it concerns</h2>
          <Bars label="Open alerts by entity" rows={(hit.data?.data ?? []).map((group) => ({ name: group.value ?? "–", count: group.count, to: link("alerts", { q: `entity:"${group.value}"` }) }))} />
        </section>
      </div>
      {chart.times.length > 1 && (
        <section class="card">
          <h2>Calls by hour</h2>
          <Chart label="Calls and answered calls by hour" times={chart.times} series={chart.series} bars />
        </section>
      )}
      {(poor.data?.data.length ?? 0) > 0 && (
        <section class="card">
          <h2>Quality by codec</h2>
          <ul class="codecs">
            {poor.data!.data.map((row) => (
              <li>
                <b>{row.key ?? "unknown"}</b> <Mos mos={row.mos} /> <span class="faint">{row.streams} streams, {row.loss_percent.toFixed(2)} % lost</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
