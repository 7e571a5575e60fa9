// Who is told, what nobody is told, and searches that are kept.
import { useState } from "preact/hooks";
import { useAct } from "./act";
import { ask, Page } from "./api";
import { link } from "./route";
import { Choice, Column, Empty, Mark, Refused, Table, Time } from "./ui";
import { useGet } from "./use";

interface Notifier {
  id: string;
  name: string;
  kind: string;
  url: string;
  to: string;
  q: string;
  per_hour: number;
  sent: number;
  failed: number;
  held_back: number;
  last_sent?: string;
  last_problem?: string;
}

interface Suppression {
  id: string;
  q: string;
  reason: string;
  until: string;
  by: string;
}

export interface SavedSearch {
  id: string;
  name: string;
  list: string;
  q: string;
  by: string;
}

const HINTS: Record<string, string> = { webhook: "https://chat.example/hook", email: "smtp://mail.example:587", syslog: "udp://log.example:514" };

function AddNotifier({ again }: { again: () => void }) {
  const [kind, choose] = useState("webhook");
  const act = useAct();
  const add = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const body = Object.fromEntries([...new FormData(form).entries()].filter(([, value]) => value));
    void act.run(() => ask("POST", "/notifiers", { ...body, kind }), "added: send a trial to see whether it arrives").then((fine) => {
      if (fine) form.reset();
      again();
    });
  };
  return (
    <form class="card grid-form" onSubmit={add}>
      <h2>Tell somebody</h2>
      <Choice label="By" value={kind} options={[["webhook", "webhook"], ["email", "e-mail"], ["syslog", "syslog"]]} choose={choose} />
      <label class="field">Name <input name="name" required maxLength={100} /></label>
      <label class="field">Where to <input name="url" required placeholder={HINTS[kind]} /></label>
      {kind === "email" && <label class="field">From <input name="from" required type="email" /></label>}
      {kind === "email" && <label class="field">To <input name="to" required type="email" /></label>}
      {kind !== "syslog" && <label class="field">{kind === "email" ? "Password" : "Key of its signature"} <input name="secret" type="password" autoComplete="off" /></label>}
      <label class="field">Which alerts <input name="q" placeholder="severity:<=2 -rule_id:options-scan" /></label>
      <button class="primary">Add</button>
      <Refused problem={act.problem} />
      {act.told && <p class="told" role="status">{act.told}</p>}
    </form>
  );
}

export function Notify() {
  const notifiers = useGet<Page<Notifier>>("/notifiers");
  const suppressions = useGet<Page<Suppression>>("/suppressions");
  const searches = useGet<Page<SavedSearch>>("/saved-searches");
  const act = useAct();
  const drop = (path: string, done: () => void) => confirm("Remove it?") && void act.run(() => ask("DELETE", path), "removed").then(done);
  const tellers: Column<Notifier>[] = [
    { name: "Who", narrow: true, cell: (row) => <><b>{row.name}</b><div class="why">{row.kind} {row.to || row.url}</div></> },
    { name: "Which alerts", cell: (row) => (row.q ? <span class="mono">{row.q}</span> : "all") },
    { name: "How it goes", narrow: true, cell: (row) => (row.last_problem ? <span class="mark poor long">{row.last_problem}</span> : row.last_sent ? <Mark kind="good">told, <Time at={row.last_sent} /></Mark> : <span class="faint">nothing was told yet</span>) },
    { name: "Told", number: true, cell: (row) => row.sent },
    { name: "Held back", number: true, cell: (row) => row.held_back },
    { name: "", narrow: true, cell: (row) => <span class="row-actions"><button onClick={() => void act.run(() => ask("POST", `/notifiers/${row.id}/test`), "a trial is on its way").then(() => setTimeout(notifiers.again, 1500))}>Trial</button><button class="danger" onClick={() => drop(`/notifiers/${row.id}`, notifiers.again)}>Remove</button></span> },
  ];
  const quiet: Column<Suppression>[] = [
    { name: "Alerts", narrow: true, cell: (row) => <><span class="mono">{row.q}</span><div class="why">{row.reason}</div></> },
    { name: "Until", narrow: true, cell: (row) => <Time at={row.until} /> },
    { name: "By", cell: (row) => row.by },
    { name: "", narrow: true, cell: (row) => <span class="row-actions"><a href={link("alerts", { q: row.q, state: "suppressed" })}>What it kept quiet</a><button onClick={() => drop(`/suppressions/${row.id}`, suppressions.again)}>End</button></span> },
  ];
  const kept: Column<SavedSearch>[] = [
    { name: "Name", narrow: true, cell: (row) => <a href={link(row.list, { q: row.q, state: "all" })}>{row.name}</a> },
    { name: "Search", narrow: true, cell: (row) => <><span class="faint">{row.list}</span> <span class="mono">{row.q}</span></> },
    { name: "By", cell: (row) => row.by },
    { name: "", narrow: true, cell: (row) => <button onClick={() => drop(`/saved-searches/${row.id}`, searches.again)}>Remove</button> },
  ];
  return (
    <>
      <h1>Notify</h1>
      <Refused problem={act.problem} />
      {act.told && <p class="told" role="status">{act.told}</p>}
      <h2>Who is told of alerts</h2>
      <Refused problem={notifiers.problem} />
      {notifiers.data && !notifiers.data.data.length && <Empty title="Nobody is told">Alerts wait on this page. Add a webhook, an e-mail address or a syslog server below.</Empty>}
      {notifiers.data && notifiers.data.data.length > 0 && <Table label="Notifiers" columns={tellers} rows={notifiers.data.data} />}
      <AddNotifier again={notifiers.again} />
      <h2>What nobody is told</h2>
      <Refused problem={suppressions.problem} />
      {suppressions.data && !suppressions.data.data.length && <Empty title="Nothing is suppressed">An alert that is known and harmless, as of your own scanner, is suppressed from its page, for a time.</Empty>}
      {suppressions.data && suppressions.data.data.length > 0 && <Table label="Suppressions" columns={quiet} rows={suppressions.data.data} />}
      <h2>Kept searches</h2>
      {searches.data && !searches.data.data.length && <Empty title="No search is kept">Search in <a href={link("alerts")}>Alerts</a> or <a href={link("calls")}>Calls</a>, then keep it under a name.</Empty>}
      {searches.data && searches.data.data.length > 0 && <Table label="Kept searches" columns={kept} rows={searches.data.data} />}
    </>
  );
}

/** Chips of the kept searches of a list, and a way to keep the one at hand. */
export function Kept({ list, q }: { list: string; q: string }) {
  const searches = useGet<Page<SavedSearch>>("/saved-searches");
  const act = useAct();
  const rows = (searches.data?.data ?? []).filter((row) => row.list === list);
  const keep = () => {
    const name = prompt("Keep this search under which name?", q);
    if (name) void act.run(() => ask("POST", "/saved-searches", { name, list, q })).then(searches.again);
  };
  if (!rows.length && !q) return null;
  return (
    <p class="kept">
      {rows.map((row) => <a class={"chip" + (row.q === q ? " on" : "")} href={link(list, { q: row.q })}>{row.name}</a>)}
      {q && !rows.some((row) => row.q === q) && <button class="chip" onClick={keep}>Keep this search</button>}
      <Refused problem={act.problem} />
    </p>
  );
}
