import type { LabMix } from "./lab-options.ts";

/** Weight of each happening in a mix; a start brings its audit event, libraries and, in time, an end. */
const WEIGHTS: Readonly<Record<Happening, Readonly<Record<LabMix, number>>>> = {
  start: { demo: 26, load: 3.6 },
  connect: { demo: 52, load: 7 },
  access: { demo: 230, load: 300 },
  load: { demo: 150, load: 200 },
  key: { demo: 130, load: 150 },
  value: { demo: 70, load: 75 },
  file: { demo: 25, load: 14 },
  pipe: { demo: 22, load: 20 },
  resolve: { demo: 24, load: 18 },
  allow: { demo: 60, load: 80 },
  logon: { demo: 16, load: 13 },
  unlock: { demo: 3, load: 2 },
  service: { demo: 4, load: 2 },
  credentials: { demo: 2, load: 1.5 },
  ticket: { demo: 12, load: 12 },
  command: { demo: 34, load: 44 },
  script: { demo: 14, load: 15 },
  wmi: { demo: 8, load: 8 },
  state: { demo: 16, load: 18 },
};

export type Happening =
  | "start"
  | "connect"
  | "access"
  | "load"
  | "key"
  | "value"
  | "file"
  | "pipe"
  | "resolve"
  | "allow"
  | "logon"
  | "unlock"
  | "service"
  | "credentials"
  | "ticket"
  | "command"
  | "script"
  | "wmi"
  | "state";

const CHOICES = 4096;

/** A table to draw from: each happening stands in it as often as its weight says. */
export function happenings(mix: LabMix): Happening[] {
  const names = Object.keys(WEIGHTS) as Happening[];
  const total = names.reduce((sum, name) => sum + WEIGHTS[name][mix], 0);
  const list: Happening[] = [];
  let reached = 0;
  for (const name of names) {
    reached += WEIGHTS[name][mix];
    while (list.length < Math.round((reached / total) * CHOICES)) list.push(name);
  }
  return list;
}
