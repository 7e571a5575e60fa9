import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { AlertPage, Alerts } from "./alerts";
import { ask, get, Problem, Session } from "./api";
import { CallPage, Calls } from "./calls";
import { Audit } from "./audit";
import { Captures } from "./captures";
import { Blocks, EntityPage, Nodes, Registrations, RulePage, Rules } from "./lists";
import { LiveCalls } from "./live";
import { Notify } from "./notify";
import { Overview } from "./overview";
import { go, link, Place, usePlace } from "./route";
import { RuleSets } from "./rulesets";
import { SignIn } from "./session";
import { timesAreUtc, timesToggle } from "./ui";
import "./page.css";

const SCREENS: { path: string; name: string; key: string }[] = [
  { path: "", name: "Overview", key: "o" },
  { path: "alerts", name: "Alerts", key: "a" },
  { path: "live", name: "Live calls", key: "l" },
  { path: "calls", name: "Calls", key: "c" },
  { path: "registrations", name: "Registrations", key: "r" },
  { path: "captures", name: "Captures", key: "p" },
  { path: "rules", name: "Rules", key: "u" },
  { path: "rulesets", name: "Rule sets", key: "s" },
  { path: "blocks", name: "Blocks", key: "b" },
  { path: "nodes", name: "Nodes", key: "n" },
  { path: "notify", name: "Notify", key: "t" },
  { path: "audit", name: "Audit log", key: "d" },
];

function Screen({ here, session }: { here: Place; session: Session }) {
  const [name, id, value] = here.path;
  if (!name) return <Overview redis={session.redis} />;
  if (name === "alerts") return id ? <AlertPage key={id} id={id} /> : <Alerts here={here} />;
  if (name === "calls") return id ? <CallPage key={id} id={id} /> : <Calls here={here} />;
  if (name === "registrations") return <Registrations here={here} />;
  if (name === "captures") return <Captures />;
  if (name === "rules") return id ? <RulePage key={id} id={id} /> : <Rules here={here} />;
  if (name === "live") return <LiveCalls here={here} />;
  if (name === "rulesets") return <RuleSets />;
  if (name === "notify") return <Notify />;
  if (name === "audit") return <Audit />;
  if (name === "blocks") return <Blocks />;
  if (name === "nodes") return <Nodes />;
  if (name === "entity" && id && value) return <EntityPage key={id + value} kind={id} value={value} />;
  return <h1>There is no such page</h1>;
}

/** "g" and a letter go to a screen. */
function useKeys(): void {
  useEffect(() => {
    let led = false;
    const press = (event: KeyboardEvent) => {
      if ((event.target as HTMLElement).closest("input,select,textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
      const screen = SCREENS.find((one) => one.key === event.key);
      if (led && screen) go(screen.path);
      led = event.key === "g";
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}

function Frame({ session, leave }: { session: Session; leave: () => void }) {
  const here = usePlace();
  const [, redraw] = useState(0);
  useKeys();
  useEffect(() => {
    const screen = SCREENS.find((one) => one.path === (here.path[0] ?? ""));
    document.title = (screen?.name ?? "Ringfence") + " · Ringfence";
    document.querySelector<HTMLElement>("main")?.scrollTo(0, 0);
  }, [here.path.join("/")]);
  return (
    <div class="frame">
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); document.querySelector<HTMLElement>("main")?.focus(); }}>Skip to content</a>
      <nav aria-label="Screens">
        <div class="brand">Ringfence</div>
        <ul>
          {SCREENS.map((screen) => (
            <li>
              <a href={link(screen.path)} aria-current={(here.path[0] ?? "") === screen.path ? "page" : undefined} title={`g ${screen.key}`}>{screen.name}</a>
            </li>
          ))}
        </ul>
        <div class="who">
          <button onClick={() => { timesToggle(); redraw((n) => n + 1); }} title="Times in UTC or local">{timesAreUtc() ? "UTC" : "local time"}</button>
          <span>{session.name} <span class="faint">{session.role}</span></span>
          <button onClick={leave}>Sign out</button>
        </div>
      </nav>
      <main id="main" tabIndex={-1}>
        <Screen here={here} session={session} />
      </main>
    </div>
  );
}

function Page() {
  const [session, enter] = useState<Session>();
  const [problem, fail] = useState<Problem>();
  const look = () => get<Session>("/session").then(enter, fail);
  useEffect(() => void look(), []);
  if (problem) return <p class="refused" role="alert">The server does not answer: {problem.message}</p>;
  if (!session) return null;
  if (session.role === "nobody") return <SignIn session={session} entered={enter} />;
  return <Frame session={session} leave={() => void ask("DELETE", "/session").then(look)} />;
}

render(<Page />, document.getElementById("page")!);
