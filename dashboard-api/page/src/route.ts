// The address is the state: "#/calls?q=status:486". What a link says, the page shows.
import { useEffect, useState } from "preact/hooks";

export interface Place {
  path: string[];
  parameters: Record<string, string>;
}

export function place(): Place {
  const [path, search] = location.hash.replace(/^#\/?/, "").split("?", 2);
  return {
    path: (path ?? "").split("/").filter(Boolean).map(decodeURIComponent),
    parameters: Object.fromEntries(new URLSearchParams(search ?? "")),
  };
}

export function usePlace(): Place {
  const [here, move] = useState(place);
  useEffect(() => {
    const moved = () => move(place());
    addEventListener("hashchange", moved);
    return () => removeEventListener("hashchange", moved);
  }, []);
  return here;
}

/** The same screen with other parameters; "" takes one away. */
export function link(path: string, parameters: Record<string, string | undefined> = {}): string {
  const set = Object.entries(parameters).filter(([, value]) => value);
  const search = new URLSearchParams(set as [string, string][]).toString();
  return "#/" + path + (search ? "?" + search : "");
}

export function go(path: string, parameters: Record<string, string | undefined> = {}): void {
  location.hash = link(path, parameters);
}
