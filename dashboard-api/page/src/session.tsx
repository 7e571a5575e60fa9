// Who is there: the first user by the link that the server printed, everybody else by name.
import { useState } from "preact/hooks";
import { ask, Problem, Session } from "./api";
import { Refused } from "./ui";

export function SignIn({ session, entered }: { session: Session; entered: (session: Session) => void }) {
  const secret = new URLSearchParams(location.hash.slice(1)).get("setup") ?? "";
  const first = session.setup_needed;
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [problem, fail] = useState<Problem>();
  const send = async (event: Event) => {
    event.preventDefault();
    try {
      const body = first ? { secret, name, password } : { name, password };
      entered(await ask<Session>("POST", first ? "/setup" : "/session", body));
      if (first) location.hash = "#/";
    } catch (refused) {
      fail(refused as Problem);
    }
  };
  return (
    <main class="sign-in">
      <form onSubmit={send}>
        <h1>Ringfence</h1>
        {first && !secret && (
          <p>
            There is no user yet. Open the link that <code>ringfence-api</code> printed when it started: it makes the first one.
          </p>
        )}
        {first && secret && <p>Make the first user. The link works this once.</p>}
        <label>
          Name
          <input autoComplete="username" required value={name} onInput={(e) => setName((e.target as HTMLInputElement).value)} />
        </label>
        <label>
          Password
          <input type="password" autoComplete={first ? "new-password" : "current-password"} minLength={first ? 10 : 1} required value={password}
            onInput={(e) => setPassword((e.target as HTMLInputElement).value)} />
        </label>
        <Refused problem={problem} />
        <button class="primary">{first ? "Make user" : "Sign in"}</button>
      </form>
    </main>
  );
}
